"""The mock does what the document says: what is taken out is gone, what is put in works."""

from __future__ import annotations

import asyncio
import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from document.operations import ALL, DOCUMENT
from document.plain_resource import add_resource
from ringme_mock.app import MockApp, create_app
from ringme_spec.errors import ConfigError
from ringme_spec.paths import FIXTURES
from support.checked import checked_app
from support.kit_command import ringme_contract
from support.server import SECRETS, TRUSTED, RunningMock, running_mock


def copy_of_the_document() -> dict[str, Any]:
    # By way of JSON, so that no part of it is shared between two places.
    document: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
    return document


def write(document: dict[str, Any], path: Path) -> Path:
    path.write_text(json.dumps(document), "utf-8")
    return path


async def ask_all(app: MockApp) -> dict[str, httpx.Response]:
    """What each operation answers to its own example, those that change things to fresh fixtures.

    Asked in the same process, with a token if there is a way to get one.
    """
    transport = httpx.ASGITransport(app)
    form = {"grant_type": "client_credentials", "client_id": TRUSTED}
    headers: dict[str, str] = {}
    answers = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://mock.example") as http:
        for operation in sorted(ALL.values(), key=lambda one: one.method != "GET"):
            if operation.method != "GET" or not headers:
                app.state.reset()
                answer = await http.post(
                    "/oauth/token", data={**form, "client_secret": SECRETS[TRUSTED]}
                )
                token = answer.json().get("access_token", "none")
                headers = {"Authorization": f"Bearer {token}"}
            # The second request is that with all parameters.
            request = list(operation.requests())[:2][-1]
            url = request.pop("path")
            answers[operation.name] = await http.request(
                operation.method, url, headers=headers, **request
            )
    return answers


@pytest.mark.parametrize("removed", ALL)
def test_an_operation_that_is_not_in_the_document_is_not_in_the_mock(
    removed: str, tmp_path: Path
) -> None:
    operation = ALL[removed]
    document = copy_of_the_document()
    del document["paths"][operation.path][operation.method.lower()]
    answers = asyncio.run(ask_all(checked_app(write(document, tmp_path / "spec.yaml"))))
    refused = answers.pop(removed)
    left = {one.method for one in ALL.values() if one.path == operation.path} - {operation.method}
    assert refused.status_code == (405 if left else 404), refused.text
    if left:
        allowed = left | ({"HEAD"} if "GET" in left else set())
        assert set(refused.headers["Allow"].split(", ")) == allowed
    for name, answer in answers.items():
        # Without the token endpoint nobody gets further than to be asked for a token.
        unknown = removed == "createToken" and ALL[name].secured
        expected = 401 if unknown else ALL[name].example_status
        assert answer.status_code == expected, (name, answer.text)


NOTES = """
entries:
  - {id: 1, text: one, client_id: 12}
  - {id: 2, text: two, client_id: 12}
  - {id: 5, text: other, client_id: 13}
"""
MEMOS = """
defaults: {text: memo}
entries:
  - {id: 1, extension_group_id: 3}
  - {id: 2, extension_group_id: 5}
  - {id: 3, extension_group_id: 3}
"""


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningMock, Path]]:
    """A mock with two more resources, notes of a client and memos of a group; its document."""
    folder = tmp_path_factory.mktemp("extended")
    shutil.copytree(FIXTURES, folder / "fixtures")
    (folder / "fixtures" / "note.yaml").write_text(NOTES, "utf-8")
    (folder / "fixtures" / "memo.yaml").write_text(MEMOS, "utf-8")
    document = copy_of_the_document()
    add_resource(document, "client", "/client/{client_id}/note/", "client_id")
    add_resource(
        document, "extension_group", "/extension_group/{ext_group_id}/memo/", "extension_group_id"
    )
    memo = document["x-collections"]["memo"]
    memo["within"]["client"] = {"through": "extension_group"}
    memo["references"] = {"extension_group_id": {"collection": "extension_group", "gone": "delete"}}
    spec = write(document, folder / "spec.yaml")
    with running_mock(spec, folder / "fixtures") as mock:
        yield mock, spec


def test_a_new_resource_is_as_the_kit_wants_every_resource(
    extended: tuple[RunningMock, Path],
) -> None:
    """Lists, pages, create, read, update, delete, validation, reach and access levels."""
    mock, spec = extended
    layers = ("--layer", "generic", "--layer", "access")
    done = ringme_contract("check", f"{mock.url}/s/kit", "--document", str(spec), *layers)
    assert done.exit_code == 0, done.output


def test_a_new_resource_of_a_group_goes_with_it_as_the_document_says(
    extended: tuple[RunningMock, Path],
) -> None:
    editor = extended[0].as_user("client-admin")
    editor.delete("/client/12/extension_group/3")
    answer = editor.get("/extension_group/3/memo/")
    assert (answer.status_code, answer.json()["status"]) == (404, "extension_group_not_found")
    assert [memo["id"] for memo in editor.read("/extension_group/5/memo/")] == [2]


def test_one_schema_may_do_for_what_is_sent_and_what_is_answered(tmp_path: Path) -> None:
    """As most documents have it: what the server gives is `readOnly`, and required all the same."""
    document = copy_of_the_document()
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    (tmp_path / "fixtures" / "note.yaml").write_text(NOTES, "utf-8")
    add_resource(document, "client", "/client/{client_id}/note/", "client_id")
    schemas = document["components"]["schemas"]
    properties = schemas["Note"]["properties"]
    properties["client_id"] = {"type": "integer", "readOnly": True}
    properties["id"] = {"$ref": "#/components/schemas/Given"}
    schemas["Given"] = {"type": "integer", "readOnly": True}
    schemas["NoteCreate"] = {"$ref": "#/components/schemas/Note"}
    with running_mock(write(document, tmp_path / "spec.yaml"), tmp_path / "fixtures") as mock:
        notes = mock.as_user("client-admin")
        made = notes.post("/client/@me/note/", {"text": "new", "id": 77})
        assert (made.status_code, made.json()) == (201, {"id": 6, "text": "new", "client_id": 12})
        refused = notes.post("/client/@me/note/", {"id": 8})
        assert (refused.status_code, refused.json()["message"]) == (400, "text: is missing")
    # What is kept has to have it.
    (tmp_path / "fixtures" / "note.yaml").write_text("entries: [{id: 1, text: one}]", "utf-8")
    with pytest.raises(ConfigError, match="client_id: is missing"):
        create_app(tmp_path / "spec.yaml", tmp_path / "fixtures")
