"""The mock does what the document says: what is taken out is gone, what is put in works."""

from __future__ import annotations

import asyncio
import json
import shutil
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
from support.server import SECRETS, TRUSTED, running_mock


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


# Without the token endpoint nobody gets further than to be asked for a token.
TOKENS = "createToken"
OTHERS = [name for name in ALL if name != TOKENS]


# Each second at once: what stands side by side in the document is taken out at different times.
@pytest.mark.parametrize("removed", [[TOKENS], OTHERS[::2], OTHERS[1::2]])
def test_operations_that_are_not_in_the_document_are_not_in_the_mock(
    removed: list[str], tmp_path: Path
) -> None:
    document = copy_of_the_document()
    for name in removed:
        del document["paths"][ALL[name].path][ALL[name].method.lower()]
    answers = asyncio.run(ask_all(checked_app(write(document, tmp_path / "spec.yaml"))))
    for name in removed:
        refused, path = answers.pop(name), document["paths"][ALL[name].path]
        left = {method.upper() for method in path if method != "parameters"}
        assert refused.status_code == (405 if left else 404), (name, refused.text)
        if left:
            allowed = left | ({"HEAD"} if "GET" in left else set())
            assert set(refused.headers["Allow"].split(", ")) == allowed
    for name, answer in answers.items():
        unknown = TOKENS in removed and ALL[name].secured
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


def test_a_new_resource_of_a_group_goes_with_it_as_the_document_says(tmp_path: Path) -> None:
    shutil.copytree(FIXTURES, tmp_path / "fixtures")
    (tmp_path / "fixtures" / "memo.yaml").write_text(MEMOS, "utf-8")
    document = copy_of_the_document()
    add_resource(
        document, "extension_group", "/extension_group/{ext_group_id}/memo/", "extension_group_id"
    )
    memo = document["x-collections"]["memo"]
    memo["within"]["client"] = {"through": "extension_group"}
    memo["references"] = {"extension_group_id": {"collection": "extension_group", "gone": "delete"}}
    with running_mock(write(document, tmp_path / "spec.yaml"), tmp_path / "fixtures") as mock:
        editor = mock.as_user("client-admin")
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
