"""Recorded items: ranges deleted and counted, files and where they can be fetched."""

from __future__ import annotations

from urllib.parse import quote

from ringme_mock.actions.context import Call
from ringme_mock.actions.listing import list_query
from ringme_mock.actions.response import Reply
from ringme_mock.store.collection import Entry
from ringme_mock.store.store import Store
from ringme_spec.collections import CollectionRule, Content

STORAGE_PATH = "/storage"
# Of a stored file, which may hold anything. Any page may play a recording.
FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}


def delete_range(call: Call) -> Reply:
    """Drops exactly what the list of the same range shows now (rule media-delete)."""
    rule = call.operation.collection
    found = list(call.state.store.find(rule.name, list_query(call), call.owner))
    # The last first: of a sorted list that costs least.
    for entry in reversed(found):
        call.state.store.delete(rule.name, entry[rule.key])
    return call.reply()


def stats(call: Call) -> Reply:
    """Length and total size of the list of the same range (rule stats-agree)."""
    rule = call.operation.collection
    sizes = [
        entry[_content(rule).size]
        for entry in call.state.store.find(rule.name, list_query(call), call.owner)
    ]
    resource = call.operation.resource
    return call.reply({resource["count"]: len(sizes), resource["size"]: sum(sizes)})


def download(call: Call) -> Reply:
    """The file of an item (rule media-file)."""
    return file_reply(call.state.store, call.operation.collection, call.entry)


def storage_url(call: Call) -> Reply:
    """Where the file can be fetched without a token, by whoever knows the URL."""
    rule = call.operation.collection
    url = f"{call.base_url}{STORAGE_PATH}/{rule.name}/{quote(str(call.entry[rule.key]))}"
    return call.reply(dict.fromkeys(call.operation.response_properties, url))


def file_reply(store: Store, rule: CollectionRule, entry: Entry) -> Reply:
    """The bytes of an item as a download."""
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
