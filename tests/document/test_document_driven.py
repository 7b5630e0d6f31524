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
from support.server import LOGIN_CALL_API, SECRETS, TRUSTED, Api, RunningMock, running_mock


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
        assert set(refused.headers["Allow"].split(", ")) == left
    for name, answer in answers.items():
        # Without the token endpoint nobody gets further than to be asked for a token.
        expected = ALL[name].success if removed != "createToken" else 401
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
def _extended(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningMock]:
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
    with running_mock(write(document, folder / "spec.yaml"), folder / "fixtures") as mock:
        yield mock


@pytest.fixture
def extended(_extended: RunningMock) -> RunningMock:
    """A mock with two more resources, notes of a client and memos of a group."""
    _extended.reset()
    return _extended


@pytest.fixture
def editor(extended: RunningMock) -> Api:
    """A full user of client 12 there."""
    return extended.as_user("client-admin")


def test_a_new_resource_lists_what_is_of_the_client(editor: Api) -> None:
    one, two = (
        {"id": number, "text": text, "client_id": 12} for number, text in ((1, "one"), (2, "two"))
    )
    assert editor.read("/client/12/note/") == [one, two]
    assert editor.read("/client/@me/note") == [one, two]
    assert editor.read("/client/12/note/2") == two


def test_a_new_resource_has_pages(editor: Api) -> None:
    for number in range(5):
        editor.post("/client/12/note/", {"text": str(number)})
    whole = editor.read("/client/12/note/")
    pages = [editor.read("/client/12/note/", page=page, per_page=3) for page in (1, 2, 3, 4)]
    assert [len(page) for page in pages] == [3, 3, 1, 0]
    assert [note for page in pages for note in page] == whole
    assert editor.get("/client/12/note/", per_page=1001).status_code == 400


def test_a_new_resource_creates_and_reads(editor: Api) -> None:
    created = editor.post("/client/12/note/", {"text": "new"})
    assert created.status_code == 201
    assert created.text == '{"id":6,"text":"new","client_id":12}'
    assert editor.get("/client/12/note/6").text == created.text
    assert editor.read("/client/12/note/")[-1] == created.json()


def test_a_new_resource_updates_what_is_sent(editor: Api) -> None:
    changed = {"id": 2, "text": "changed", "client_id": 12}
    assert editor.put("/client/12/note/2", {"text": "changed"}).json() == changed
    assert editor.put("/client/12/note/2", {}).json() == changed
    assert editor.read("/client/12/note/2") == changed


def test_a_new_resource_deletes_and_never_gives_an_id_again(editor: Api) -> None:
    number = editor.post("/client/12/note/", {"text": "new"}).json()["id"]
    answer = editor.delete(f"/client/12/note/{number}")
    assert (answer.status_code, answer.content) == (204, b"")
    for again in (
        editor.get(f"/client/12/note/{number}"),
        editor.put(f"/client/12/note/{number}", {}),
        editor.delete(f"/client/12/note/{number}"),
    ):
        assert (again.status_code, again.json()["status"]) == (404, "note_not_found")
    assert number not in [note["id"] for note in editor.read("/client/12/note/")]
    assert editor.post("/client/12/note/", {"text": "new"}).json()["id"] > number


def test_a_new_resource_ignores_keys_that_are_unknown_or_not_to_be_set(editor: Api) -> None:
    extra = {"text": "new", "id": 77, "client_id": 13, "colour": "red"}
    created = editor.post("/client/12/note/", extra)
    assert created.json() == {"id": 6, "text": "new", "client_id": 12}
    updated = editor.put("/client/12/note/6", {**extra, "text": "newer"})
    assert updated.json() == {"id": 6, "text": "newer", "client_id": 12}


@pytest.mark.parametrize("body", [{}, {"text": 5}, {"text": None}, {"text": "x" * 21}])
def test_a_new_resource_refuses_what_breaks_its_schema(editor: Api, body: dict[str, Any]) -> None:
    before = editor.read("/client/12/note/")
    answer = editor.post("/client/12/note/", body)
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("text")
    assert editor.read("/client/12/note/") == before


def refusal(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["status"]


def test_a_new_resource_of_another_client_is_out_of_reach(editor: Api) -> None:
    denied, missing = (403, "access_denied"), (404, "note_not_found")
    assert refusal(editor.get("/client/13/note/")) == denied
    assert refusal(editor.get("/client/13/note/5")) == denied
    assert refusal(editor.post("/client/13/note/", {"text": "new"})) == denied
    assert refusal(editor.get("/client/12/note/5")) == missing
    assert refusal(editor.put("/client/12/note/5", {"text": "new"})) == missing
    assert refusal(editor.delete("/client/12/note/5")) == missing
    assert refusal(editor.get("/client/99/note/")) == (404, "client_not_found")


def test_a_new_resource_holds_to_who_may_change(extended: RunningMock) -> None:
    reader = extended.as_user("client-reader")
    through = extended.as_user("client-admin", LOGIN_CALL_API)
    for client, word in ((reader, "user_access_type_deny"), (through, "app_access_type_deny")):
        assert len(client.read("/client/12/note/")) == 2
        assert refusal(client.post("/client/12/note/", {"text": "new"})) == (403, word)
        assert refusal(client.put("/client/12/note/1", {"text": "new"})) == (403, word)
        assert refusal(client.delete("/client/12/note/1")) == (403, word)
    assert refusal(extended.as_user("sales-lead").get("/client/12/note/")) == (403, "access_denied")
    assert extended.anonymous().get("/client/12/note/").status_code == 401


def test_a_new_resource_of_a_group_is_in_reach_of_the_users_of_the_group(
    extended: RunningMock,
) -> None:
    lead = extended.as_user("sales-lead")
    path = "/extension_group/3/memo/"
    assert [memo["id"] for memo in lead.read(path)] == [1, 3]
    created = lead.post(path, {"text": "new"}).json()
    assert created == {"id": 4, "text": "new", "extension_group_id": 3}
    assert lead.put(f"{path}4", {"text": "newer"}).json()["text"] == "newer"
    assert len(extended.as_user("sales-viewer").read(path)) == 3
    assert len(extended.as_user("client-admin").read(path)) == 3
    assert lead.delete(f"{path}4").status_code == 204
    assert refusal(lead.get(f"{path}4")) == (404, "memo_not_found")
    assert refusal(lead.get(f"{path}2")) == (404, "memo_not_found")


def test_a_new_resource_of_a_group_is_out_of_reach_of_all_others(extended: RunningMock) -> None:
    denied = (403, "access_denied")
    for login in ("support-lead", "other-lead", "other-admin", "petrov-phone"):
        assert refusal(extended.as_user(login).get("/extension_group/3/memo/")) == denied
    viewer = extended.as_user("sales-viewer")
    answer = viewer.post("/extension_group/3/memo/", {"text": "new"})
    assert refusal(answer) == (403, "user_access_type_deny")


def test_a_new_resource_of_a_group_goes_with_it_as_the_document_says(editor: Api) -> None:
    editor.delete("/client/12/extension_group/3")
    answer = editor.get("/extension_group/3/memo/")
    assert refusal(answer) == (404, "extension_group_not_found")
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
