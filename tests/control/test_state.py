"""Reset, snapshots, export and import."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from ringme_mock import MockServer
from support.control import Control


def test_reset_restores_the_fixtures_and_revokes_tokens(control: Control) -> None:
    headers = control.token()
    before = control.groups(headers)
    control.make_group(headers, "Short-lived")
    control.done("POST", "reset")
    assert control.get("/user/", headers).status_code == 401
    assert control.groups(control.token()) == before


def test_reset_keeps_the_named_parts(control: Control) -> None:
    headers = control.token()
    control.done("POST", "faults", {"answer": {"status": 503}, "match": {"login": "nobody"}})
    control.done("PUT", "latency", {"milliseconds": 1})
    control.done("PUT", "clock", {"frozen": True})
    control.make_group(headers, "Short-lived")
    control.done("POST", "reset", {"keep": ["tokens", "faults", "latency", "clock", "journal"]})
    assert "Short-lived" not in control.groups(headers)
    assert len(control.done("GET", "faults")) == 1
    assert control.done("GET", "latency") == {"from": 1, "to": 1}
    assert control.done("GET", "clock")["frozen"] is True
    assert (
        control.done("POST", "journal/count", {"operation": "createExtensionGroup"})["count"] == 1
    )
    control.done("POST", "reset")
    assert control.done("GET", "faults") == []
    assert control.done("GET", "latency") == {"from": 0, "to": 0}
    assert control.done("GET", "clock")["frozen"] is False
    assert control.done("GET", "journal") == []


def test_snapshot_restores_the_state_when_it_was_taken(control: Control) -> None:
    headers = control.token()
    control.make_group(headers, "Kept")
    control.done("PUT", "snapshots/with-kept")
    later = control.make_group(headers, "Not kept")
    control.http.delete(f"/api/ver1.0/client/@me/extension_group/{later - 1}", headers=headers)
    control.done("POST", "snapshots/with-kept/load")
    assert control.groups(headers)[-1] == "Kept"
    control.make_group(headers, "After the load")
    control.done("POST", "reset", {"snapshot": "with-kept", "keep": ["tokens"]})
    assert control.groups(headers)[-1] == "Kept"
    assert control.done("GET", "snapshots") == ["with-kept"]
    control.done("DELETE", "snapshots/with-kept")
    assert control.done("GET", "snapshots") == []


def test_error_for_an_unknown_snapshot_lists_the_known_ones(control: Control) -> None:
    control.done("PUT", "snapshots/one")
    for method, path, body in (
        ("POST", "snapshots/two/load", None),
        ("DELETE", "snapshots/two", None),
        ("POST", "reset", {"snapshot": "two"}),
    ):
        assert (
            control.refused(method, path, body) == "404 No such snapshot: two; known snapshots: one"
        )


def test_error_for_an_invalid_snapshot_name_says_what_is_valid(control: Control) -> None:
    message = control.refused("PUT", "snapshots/a b")
    assert message == "400 name: must be 1 to 64 letters, digits, '.', '_' or '-', no '.' first"


def test_exported_state_can_be_used_as_fixtures(control: Control, tmp_path: Path) -> None:
    headers = control.token()
    control.make_group(headers, "Exported")
    response = control.request("GET", "state", params={"format": "zip"})
    assert response.headers["content-type"] == "application/zip"
    zipfile.ZipFile(io.BytesIO(response.content)).extractall(tmp_path)
    with MockServer(fixtures=tmp_path, validate_responses=True) as other, Control(other) as client:
        assert client.groups(client.token())[-1] == "Exported"
        assert client.done("GET", "state") == control.done("GET", "state")


def test_json_and_zip_imports_restore_the_state(control: Control) -> None:
    headers = control.token()
    control.make_group(headers, "Imported")
    archive = control.request("GET", "state", params={"format": "zip"}).content
    entries = control.done("GET", "state")
    control.done("POST", "reset", {"keep": ["tokens"]})
    control.done("PUT", "state", entries)
    assert control.groups(headers)[-1] == "Imported"
    control.done("POST", "reset", {"keep": ["tokens"]})
    control.done("PUT", "state", content=archive, headers={"Content-Type": "application/zip"})
    assert control.groups(headers)[-1] == "Imported"


def test_invalid_import_changes_nothing_and_names_the_field(control: Control) -> None:
    headers = control.token()
    before = control.done("GET", "state")
    entries = control.done("GET", "state")
    entries["extension_group"]["entries"][0]["name"] = ""
    message = control.refused("PUT", "state", entries)
    assert "extension_group" in message
    assert "name" in message
    zipped = {"Content-Type": "application/zip"}
    assert "400" in control.refused("PUT", "state", content=b"PK no", headers=zipped)
    assert control.done("GET", "state") == before
    assert control.get("/user/", headers).status_code == 200
