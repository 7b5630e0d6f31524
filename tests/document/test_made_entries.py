"""What the document may say of parts, gathered entries and envelopes, and what is refused."""

from __future__ import annotations

import copy
import re
from collections.abc import Callable
from typing import Any

import pytest

from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from support.operations import DOCUMENT

CALLS = ("paths", "/api/ver1.0/client/{client_id}/call_history/", "get")


def at(document: Any, *path: str) -> Any:
    for part in path:
        document = document[part]
    return document


def of_call(name: str, value: Any) -> Callable[[Any], None]:
    return lambda document: at(document, "x-collections", "call", "gathered").update({name: value})


def of_record(**values: Any) -> Callable[[Any], None]:
    return lambda document: at(document, "x-collections", "record", "part_of").update(values)


def of_list(**values: Any) -> Callable[[Any], None]:
    return lambda document: at(document, *CALLS, "x-resource").update(values)


def without_pages(document: Any) -> None:
    found = at(document, *CALLS)
    found["parameters"] = [
        one for one in found["parameters"] if not one["$ref"].endswith("HistoryPerPage")
    ]


def without_default(document: Any) -> None:
    del document["x-default-per-page"]


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (of_list(envelope="calls"), "x-resource.envelope: the response has no property calls"),
        (of_list(envelope="page"), "x-resource.envelope: page is not an array of the response"),
        (without_pages, "x-resource.envelope: needs x-default-per-page, and parameters with"),
        (without_default, "x-resource.envelope: needs x-default-per-page, and parameters with"),
        (of_call("of", "legs"), "x-collections.call: there is no collection legs"),
        (of_call("list", "legs"), "x-collections.call: gathered: there is no property legs"),
        (of_call("by", "uuid"), "x-collections.call: gathered: needs the key uuid"),
        (of_call("picks", {}), "x-collections.call: gathered.values.flow: there is no pick first"),
        (of_call("list_of", "cdr"), "unknown key list_of"),
        (of_record(collection="fax"), "x-collections.record: part_of: its order must begin with"),
        (of_record(collection="call"), "part_of: call must be a collection of its own"),
        (of_record(own=["result"]), "part_of: result of leg must allow null"),
        (of_record(own=["colour"]), "x-collections.record: part_of: there is no property colour"),
    ],
)
def test_what_does_not_fit_is_told_at_the_start(change: Callable[[Any], None], line: str) -> None:
    document = copy.deepcopy(DOCUMENT)
    change(document)
    with pytest.raises(ConfigError, match=re.escape(line)):
        Contract(document)
