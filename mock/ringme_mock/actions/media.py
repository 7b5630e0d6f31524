"""Actions on recorded items: delete and count ranges, download files."""

from __future__ import annotations

from collections import Counter
from urllib.parse import quote, unquote

from ringme_mock.actions.conditions import conditional
from ringme_mock.actions.listing import find_listed
from ringme_mock.actions.request_context import STORAGE, RequestContext
from ringme_mock.actions.response import Reply
from ringme_mock.store.collection import Entry
from ringme_mock.store.made_files import file_of
from ringme_mock.store.store import Store
from ringme_spec.collections import CollectionRule, Content

# A stored file may contain anything, so nothing in it may run. Any page may play a recording.
FILE_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'; sandbox",
}
_MISSING = Reply(404, b"There is no such file.\n", "text/plain; charset=utf-8", FILE_HEADERS)


def delete_listed(context: RequestContext) -> Reply:
    """Delete exactly the entries that the list with the same query shows (rule media-delete)."""
    rule = context.operation.collection
    # The last entry first, which is cheapest for sorted lists.
    for entry in reversed(list(find_listed(context))):
        context.state.store.delete(rule.name, entry[rule.key])
    return context.reply()


def stats(context: RequestContext) -> Reply:
    """Respond with length and total size of the list with the same query (rule stats-agree).

    With `by`, respond with the number of entries for each value instead.
    """
    resource = context.operation.resource
    if "by" in resource:
        counts = Counter(entry[resource["by"]] for entry in find_listed(context))
        names = context.operation.response_properties
        return context.reply({name: {resource["count"]: counts[name]} for name in names})
    size = _content(context.operation.collection).size
    sizes = [entry[size] for entry in find_listed(context)]
    return context.reply({resource["count"]: len(sizes), resource["size"]: sum(sizes)})


def download(context: RequestContext) -> Reply:
    """Respond with the file of an item (rule media-file)."""
    return file_reply(context.state.store, context.operation.collection, context.entry)


def storage_url(context: RequestContext) -> Reply:
    """Respond with a URL of the file that needs no token."""
    rule = context.operation.collection
    url = f"{context.files_url}{rule.name}/{quote(str(context.entry[rule.key]))}"
    return context.reply(dict.fromkeys(context.operation.response_properties, url))


def stored_file(store: Store, request: RequestContext) -> Reply:
    """Respond with the file of a path below STORAGE, or a range of it, without a token."""
    names = [unquote(name) for name in request.raw_path.removeprefix(STORAGE).split("/")]
    collection = store.collections.get(names[0])
    if len(names) != 2 or collection is None or collection.rule.content is None:
        return _MISSING
    entry = collection.get(names[1])
    if entry is None:
        return _MISSING
    return conditional(file_reply(store, collection.rule, entry), request)


def file_reply(store: Store, rule: CollectionRule, entry: Entry) -> Reply:
    content = _content(rule)
    name = entry[content.name] if content.name else f"{entry[rule.key]}.{content.extension}"
    return Reply(
        200,
        file_of(store, content, entry),
        content.media_type,
        {"Content-Disposition": _disposition(name), **FILE_HEADERS},
    )


def _disposition(name: str) -> str:
    """Build a Content-Disposition header, with the full name if it is not ASCII (RFC 6266)."""
    plain = "".join(one if one.isascii() else "_" for one in name)
    text = f'attachment; filename="{quote(plain, safe=" ,()+=@!~")}"'
    return text if name.isascii() else f"{text}; filename*=UTF-8''{quote(name, safe='!#$&+^`|~')}"


def _content(rule: CollectionRule) -> Content:
    if rule.content is None:
        raise LookupError(f"entries of {rule.name} have no file")
    return rule.content
