"""OpenAPI Overlays: changes of the document, such as additional resources."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from ringme_mock import MockServer
from ringme_mock.app import create_app
from ringme_spec.contract import read_contract
from ringme_spec.errors import ConfigError
from ringme_spec.overlay import apply_overlay
from ringme_spec.paths import FIXTURES, SPEC
from support.server import API

ROOMS = Path(__file__).resolve().parents[2] / "docs" / "examples" / "rooms"


def overlay(folder: Path, *actions: Any, **keys: Any) -> Path:
    path = folder / "overlay.yaml"
    path.write_text(yaml.safe_dump({"overlay": "1.0.0", "actions": list(actions), **keys}))
    return path


def apply_actions(folder: Path, document: dict[str, Any], *actions: Any) -> dict[str, Any]:
    return apply_overlay(document, overlay(folder, *actions))


def test_overlay_update_is_merged_into_objects_and_appended_to_lists(tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "info": {"title": "a", "contact": {"name": "b"}},
        "tags": [{"name": "one"}],
    }
    changed = apply_actions(
        tmp_path,
        document,
        {"target": "$.info", "update": {"title": "c", "contact": {"url": "d"}}},
        {"target": "$.tags", "update": {"name": "two"}},
        {"target": "$.tags[?@.name == 'one']", "update": {"description": "first"}},
    )
    assert changed == {
        "info": {"title": "c", "contact": {"name": "b", "url": "d"}},
        "tags": [{"name": "one", "description": "first"}, {"name": "two"}],
    }
    assert document["info"]["title"] == "a"


def test_overlay_remove_deletes_every_match(tmp_path: Path) -> None:
    document: dict[str, Any] = {
        "paths": {"/a": {"get": {}, "put": {}}, "/b": {"get": {}}},
        "tags": [1, 2, 3],
    }
    targets = ["$.paths.*.get", "$.tags[:2]"]
    left = apply_actions(tmp_path, document, *({"target": one, "remove": True} for one in targets))
    assert left == {"paths": {"/a": {"put": {}}, "/b": {}}, "tags": [3]}


def test_overlay_changes_only_one_use_of_a_yaml_alias(tmp_path: Path) -> None:
    shared = {"type": "string"}
    document = {"a": shared, "b": shared}
    changed = apply_actions(tmp_path, document, {"target": "$.a", "update": {"maxLength": 1}})
    assert changed == {"a": {"type": "string", "maxLength": 1}, "b": {"type": "string"}}


def test_overlay_target_without_a_match_is_logged(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "ringme_spec.overlay"):
        assert apply_actions(tmp_path, {"a": 1}, {"target": "$.b", "update": {}}) == {"a": 1}
    assert "action 1: target $.b matches nothing" in caplog.text


@pytest.mark.parametrize(
    ("actions", "message"),
    [
        ([], "must have a list under `actions`"),
        ([{"update": {}}], "action 1: must be an object with a `target`"),
        ([{"target": "$.info", "updat": {}}], "action 1: unknown key updat; did you mean update?"),
        ([{"target": "$.info["}], "action 1: target $.info[: is not a JSONPath: "),
        ([{"target": "$.info.title", "update": {"a": 1}}], "action 1: target $.info.title: update"),
        ([{"target": "$", "remove": True}], "action 1: the whole document cannot be removed"),
    ],
)
def test_error_in_an_overlay_names_file_and_action(
    tmp_path: Path, actions: list[Any], message: str
) -> None:
    path = overlay(tmp_path, *actions)
    with pytest.raises(ConfigError) as refused:
        read_contract(SPEC, [path])
    assert str(refused.value).startswith(f"{path}: {message}")


def test_error_for_an_invalid_target_shows_the_bracket_notation(tmp_path: Path) -> None:
    path = overlay(tmp_path, {"target": "$.x-rules[0]", "remove": True})
    with pytest.raises(ConfigError, match=r"; write \['x-rules'\] for \.x-rules \(RFC 9535\)$"):
        read_contract(SPEC, [path])


def test_error_in_a_changed_document_names_the_overlay(tmp_path: Path) -> None:
    path = overlay(tmp_path, {"target": "$['x-collections'].fax", "update": {"witin": {}}})
    with pytest.raises(ConfigError, match="unknown key witin") as refused:
        read_contract(SPEC, [path])
    assert str(refused.value).startswith(f"{path}: x-collections.fax")


def test_file_that_is_not_an_overlay_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "overlay.yaml"
    path.write_text("openapi: 3.0.3\n")
    with pytest.raises(ConfigError, match="is not an OpenAPI Overlay"):
        read_contract(SPEC, [path])


def request(mock: MockServer, login: str | None, method: str, path: str, **more: Any) -> Any:
    headers = {"Authorization": f"Bearer {mock.token_for(login)}"} if login else {}
    headers |= more.pop("headers", {})
    return httpx.request(method, f"{mock.url}{API}/client/12/room/{path}", headers=headers, **more)


def test_additional_resource_needs_only_an_overlay_and_fixtures() -> None:
    with MockServer(
        overlays=[ROOMS / "overlay.yaml"],
        added_fixtures=[ROOMS / "fixtures"],
        validate_responses=True,
    ) as mock:
        admin = partial(request, mock, "client-admin")
        assert admin("GET", "").json() == [{"id": 1, "client_id": 12, "name": "Library"}]
        created = admin("POST", "", json={"name": "Attic", "id": 7})
        assert (created.status_code, created.json()["id"]) == (201, 2)
        assert admin("GET", "2").json() == created.json()
        assert admin("DELETE", "1").status_code == 204
        assert admin("GET", "").json() == [created.json()]
        # Every response is validated, and the overlay documents none of these.
        assert admin("GET", "1").json()["status"] == "room_not_found"
        assert admin("POST", "", json={}).json() == {"message": "name: is missing"}
        odd = {"Content-Type": "text/csv"}
        assert admin("POST", "", content=b"x", headers=odd).status_code == 415
        assert request(mock, None, "GET", "").status_code == 401
        assert request(mock, "other-admin", "GET", "").json()["status"] == "access_denied"


def test_fixtures_must_contain_the_properties_that_the_server_sets(tmp_path: Path) -> None:
    (tmp_path / "room.yaml").write_text("entries: [{id: 1, name: Library}]", "utf-8")
    with pytest.raises(ConfigError, match="client_id: is missing"):
        create_app(SPEC, FIXTURES, overlays=[ROOMS / "overlay.yaml"], added_fixtures=[tmp_path])


def test_common_responses_are_part_of_the_served_document() -> None:
    operations = read_contract(SPEC, [ROOMS / "overlay.yaml"]).operations
    assert set(operations["listRooms"].responses) == {"200", "400", "401", "403", "404", "429"}
    assert {"413", "415"} <= set(operations["createRoom"].responses)
    assert "404" not in operations["getCurrentUser"].responses


def test_example_of_an_additional_resource_has_at_most_40_lines() -> None:
    lines = sum(len(path.read_text().splitlines()) for path in ROOMS.rglob("*.yaml"))
    assert lines <= 40


@pytest.mark.parametrize(
    ("target", "change", "message"),
    [
        ("$", {"paths": None}, "paths: must be an object"),
        ("$.paths", {"/x/": None}, "paths./x/: must be an object"),
        ("$.paths", {"/x/": {"get": None}}, "GET /x/: must be an object"),
        ("$.paths", {"/x/": {"get": {"responses": []}}}, "GET /x/: responses: must be an object"),
        (
            "$.paths",
            {"/x/": {"get": {"operationId": "x", "responses": {}, "parameters": 3}}},
            "GET /x/: parameters: must be a list",
        ),
        (
            "$.paths",
            {"/x/": {"get": {"parameters": [{"name": 3}], "responses": {}}}},
            "GET /x/: parameters.0.name: must be text",
        ),
        (
            "$.components.schemas",
            {"X": {"properties": {"name": None}}},
            "components.schemas.X.properties.name: must be an object",
        ),
        (
            "$.paths",
            {"/x/": {"get": {"operationId": "x", "responses": {}, "security": [{"key": []}]}}},
            "GET /x/: security: there is no scheme key in securitySchemes",
        ),
        ("$.info", {"title": None}, "info.title: None is not of type 'string'"),
    ],
)
def test_error_caused_by_an_overlay_names_overlay_and_place(
    tmp_path: Path, target: str, change: dict[str, Any], message: str
) -> None:
    path = overlay(tmp_path, {"target": target, "update": change})
    with pytest.raises(ConfigError) as raised:
        create_app(SPEC, FIXTURES, overlays=[path])
    assert str(raised.value) == f"{path}: {message}"
