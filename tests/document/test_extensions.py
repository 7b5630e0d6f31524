"""The extensions of the document are held against their schema, which the documentation shows."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError
from ringme_spec.extensions import check_extensions, extension_keys
from ringme_spec.paths import SPEC

DOCUMENT = read_yaml(SPEC)
PAGE = ("components", "parameters", "Page")
WHOAMI = ("paths", "/api/ver1.0/user/", "get")
RECORD = ("x-collections", "record")


def changed(path: tuple[str, ...], change: Callable[[Any], object]) -> dict[str, Any]:
    """A copy of the document with one node changed."""
    document: dict[str, Any] = copy.deepcopy(DOCUMENT)
    node = document
    for part in path:
        node = node[part]
    change(node)
    return document


@pytest.mark.parametrize(
    ("path", "key", "value", "message"),
    [
        (RECORD, "witin", {}, "x-collections.record: unknown key witin; did you mean within?"),
        (RECORD, "zzz", 1, "x-collections.record: unknown key zzz; known keys: key, identifiers,"),
        (
            RECORD,
            "within",
            {"client": {"thru": "extension"}},
            "x-collections.record.within.client: unknown key thru; did you mean through?",
        ),
        (
            RECORD,
            "initial",
            {"duration": {"now": "minute"}},
            "x-collections.record.initial.duration.now: must be one of second",
        ),
        (
            ("x-collections", "extension"),
            "identifier",
            "sequence",
            "x-collections.extension: unknown key identifier; did you mean identifiers?",
        ),
        (
            WHOAMI,
            "x-resource",
            {"collection": "user", "acton": "current"},
            "GET /api/ver1.0/user/: x-resource: unknown key acton; did you mean action?",
        ),
        (
            WHOAMI,
            "x-resource",
            {"collection": "user", "action": "current"},
            "GET /api/ver1.0/user/: x-resource: owners is missing",
        ),
        (
            PAGE,
            "x-role",
            "pages",
            "components.parameters.Page.x-role: must be one of page, page_size, range_start,",
        ),
        (
            ("x-rules", 0),
            "levl",
            "MUST",
            "x-rules.0: unknown key levl; did you mean level?",
        ),
        ((), "x-rate-limit", {"requests": 0, "seconds": 1}, "x-rate-limit.requests: must be at"),
    ],
)
def test_a_mistake_in_an_extension_is_named_with_its_place(
    path: tuple[str, ...], key: str, value: object, message: str
) -> None:
    document = changed(path, lambda node: node.__setitem__(key, value))
    with pytest.raises(ConfigError) as refused:
        Contract(document)
    assert str(refused.value).startswith(message)


def test_a_missing_key_is_named() -> None:
    with pytest.raises(ConfigError, match=r"^x-collections\.record: stored is missing$"):
        Contract(changed(RECORD, lambda node: node.pop("stored")))


def test_extensions_of_others_are_left_alone() -> None:
    document = changed((), lambda node: node.update({"x-logo": {"url": "a", "keyy": 1}}))
    check_extensions(document)


def test_values_of_examples_are_no_extensions() -> None:
    example = {"x-role": "none of ours"}
    check_extensions(changed(WHOAMI, lambda node: node.update(example=example, default=example)))


def test_every_key_has_a_description() -> None:
    for name, (description, keys) in extension_keys().items():
        assert description, name
        assert all(key.description for key in keys), name


def test_a_reference_to_another_file_is_refused_with_the_way_out() -> None:
    reference = {"200": {"$ref": "responses.yaml#/User"}}
    with pytest.raises(ConfigError, match=r"^\$ref responses\.yaml#/User: refers to another file"):
        Contract(changed(WHOAMI, lambda node: node["responses"].update(reference)))
