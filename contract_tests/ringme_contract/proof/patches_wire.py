"""Faults that are data alone: another document, answers or requests changed on their way."""

from __future__ import annotations

from typing import Any

from ringme_contract.proof.interception import Answered, Asked
from ringme_contract.proof.site import Site, patch


@patch
def document(
    site: Site,
    at: list[str | int],
    set: dict[str, Any] | None = None,  # noqa: A002 - the word of the data file
    remove: list[str] | None = None,
) -> None:
    """The mock follows another document: the node `at` has other keys."""
    node: Any = site.document
    for part in at:
        node = node[part]
    node.update(set or {})
    for key in remove or []:
        del node[key]


@patch
def rename_path(site: Site, old: str, new: str) -> None:
    """The mock serves all paths that begin with `old` under `new` instead."""
    paths = site.document["paths"]
    site.document["paths"] = {
        new + path.removeprefix(old) if path.startswith(old) else path: item
        for path, item in paths.items()
    }


@patch
def answer(site: Site, **change: Any) -> None:
    """Answers are changed: see `_change_answer` for how, `_is_meant` for which."""

    def after(asked: Asked, answered: Answered) -> None:
        if _is_meant(asked, change) and _says(answered, change):
            _change_answer(answered, change)

    site.after(after)


@patch
def request(site: Site, **change: Any) -> None:
    """Requests lose query parameters (`without`), or get some that they lack (`query`)."""

    def before(asked: Asked) -> None:
        if not _is_meant(asked, change):
            return
        without = change.get("without", [])
        kept = [(key, value) for key, value in asked.query if key.partition("[")[0] not in without]
        given = {key for key, _ in kept}
        kept += [
            (key, str(value)) for key, value in change.get("query", {}).items() if key not in given
        ]
        asked.tampered = kept != asked.query
        asked.query = kept

    site.before(before)


def _is_meant(asked: Asked, change: dict[str, Any]) -> bool:
    """Whether a request is for one of `operations`, of `actions`, by `methods`, as a fault says."""
    return (
        asked.name in change.get("operations", [asked.name])
        and asked.action in change.get("actions", [asked.action])
        and asked.method in change.get("methods", [asked.method])
        and change.get("contains", "") in asked.path
    )


def _says(answered: Answered, change: dict[str, Any]) -> bool:
    """Whether an answer has one of `statuses`, and the values of `only`."""
    if answered.status not in change.get("statuses", [answered.status]):
        return False
    value = answered.json
    return all(
        isinstance(value, dict) and value.get(key) == wanted
        for key, wanted in change.get("only", {}).items()
    )


def _change_answer(answered: Answered, change: dict[str, Any]) -> None:
    answered.status = change.get("status", answered.status)
    value = answered.json
    for one in value if isinstance(value, list) else [value]:
        if isinstance(one, dict):
            one.update(change.get("set", {}))
            for key in change.get("drop", []):
                one.pop(key, None)
            for key, suffix in change.get("append", {}).items():
                if isinstance(one.get(key), str):
                    one[key] += suffix
            for key, (old, new) in change.get("substitute", {}).items():
                if isinstance(one.get(key), str):
                    one[key] = one[key].replace(old, new)
    if "body" in change:
        answered.body = change["body"].encode("utf-8")
    elif value is not None:
        answered.set_json(value)
    for name, text in change.get("headers", {}).items():
        if text is None:
            answered.headers.pop(name, None)
        else:
            answered.headers[name] = text
