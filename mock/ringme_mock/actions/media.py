"""Actions on recorded items: delete and count ranges, download files."""

from __future__ import annotations

from urllib.parse import quote

from ringme_mock.actions.context import ActionContext
from ringme_mock.actions.listing import list_query
from ringme_mock.actions.response import Reply
from ringme_mock.store.collection import Entry
from ringme_mock.store.store import Store
from ringme_spec.collections import CollectionRule, Content

STORAGE_PATH = "/storage"
# A stored file may hold anything. Any page may play a recording.
FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}


def delete_range(context: ActionContext) -> Reply:
    """Delete exactly the entries that the list of the same range shows (rule media-delete)."""
    rule = context.operation.collection
    found = list(context.state.store.find(rule.name, list_query(context), context.owner))
    # Last first, which is the cheapest order for sorted lists.
    for entry in reversed(found):
        context.state.store.delete(rule.name, entry[rule.key])
    return context.reply()


def stats(context: ActionContext) -> Reply:
    """Respond with length and total size of the list of the same range (rule stats-agree)."""
    rule = context.operation.collection
    sizes = [
        entry[_content(rule).size]
        for entry in context.state.store.find(rule.name, list_query(context), context.owner)
    ]
    resource = context.operation.resource
    return context.reply({resource["count"]: len(sizes), resource["size"]: sum(sizes)})


def download(context: ActionContext) -> Reply:
    """Respond with the file of an item (rule media-file)."""
    return file_reply(context.state.store, context.operation.collection, context.entry)


def storage_url(context: ActionContext) -> Reply:
    """Respond with a URL at which the file can be fetched without a token."""
    rule = context.operation.collection
    url = f"{context.base_url}{STORAGE_PATH}/{rule.name}/{quote(str(context.entry[rule.key]))}"
    return context.reply(dict.fromkeys(context.operation.response_properties, url))


def file_reply(store: Store, rule: CollectionRule, entry: Entry) -> Reply:
    """Make a response with the file of an item as a download."""
    content = _content(rule)
    name = entry[content.name] if content.name else f"{entry[rule.key]}.{content.extension}"
    return Reply(
        200,
        store.files[entry[content.file]],
        content.media_type,
        {
            "Content-Disposition": f'attachment; filename="{quote(name, safe=" ,()+=@!~")}"',
            **FILE_HEADERS,
        },
    )


def _content(rule: CollectionRule) -> Content:
    if rule.content is None:
        raise LookupError(f"entries of {rule.name} have no file")
    return rule.content
