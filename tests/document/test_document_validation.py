"""Validation of the document: quick if it is valid, otherwise with the messages of Connexion."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from connexion.exceptions import InvalidSpecification
from connexion.spec import Specification

from ringme_mock.http.connexion_document import check_document
from support.operations import changed_document

PATH = "/api/ver1.0/user/"
GET = ("paths", PATH, "get")
GROUP = ("components", "schemas", "GroupName")
# A part of the document, the key in it, and the invalid value.
WRONG: dict[str, tuple[tuple[str, ...], Any, Any]] = {
    "a method that is none": (("paths", PATH), "gett", {}),
    "an operation that is no object": (("paths", PATH), "get", "x"),
    "no responses": (GET, "responses", {}),
    "a type that is none": (GROUP, "type", "text"),
    "a default of another type": (GROUP, "default", 5),
    "a default that is too long": (GROUP, "default", "x" * 5000),
    "a pattern that is no text": (GROUP, "pattern", 5),
    "an unknown key": ((), "pathes", {}),
    "no info": ((), "info", {}),
    "a parameter without a place": (GET, "parameters", [{"name": "x", "schema": {}}]),
    "an id that is no text": (GET, "operationId", ["x"]),
    "a scheme of no kind": (("components", "securitySchemes", "oauth2"), "type", "magic"),
}


def validation_error(read: Any, document: dict[str, Any]) -> str | None:
    try:
        read(copy.deepcopy(document))
    except InvalidSpecification as error:
        return str(error)
    return None


@pytest.mark.parametrize(("place", "key", "value"), WRONG.values(), ids=WRONG.keys())
def test_validation_message_equals_that_of_connexion(
    place: tuple[str, ...], key: Any, value: Any
) -> None:
    document = changed_document(place, key, value)
    message = validation_error(Specification.load, document)
    assert message is not None
    assert validation_error(check_document, document) == message
