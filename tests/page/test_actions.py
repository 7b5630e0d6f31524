"""What the buttons of the page do."""

from __future__ import annotations

import re

import pytest

from ringme_mock.ui.ui_actions import ACTIONS
from support.visitor import PAGE, Visitor, said

_TOKEN = re.compile(r'<code id="token-104">([A-Za-z0-9]{30})</code>')


def status_of(visitor: Visitor, token: str) -> int:
    headers = {"Authorization": f"Bearer {token}"}
    return visitor.http.get(f"{visitor.prefix}/api/ver1.0/user/", headers=headers).status_code


def test_a_token_is_good_and_shown_with_a_curl_line(visitor: Visitor) -> None:
    visitor = visitor.of_session("mine")
    answer = visitor.press("token", login="sales-lead")
    token = _TOKEN.findall(answer.text)[0]
    assert status_of(visitor, token) == 200
    assert f"Bearer {token}' '{visitor.server.url}/s/mine/api/ver1.0/user/" in answer.text
    assert token in visitor.page()
    assert token not in Visitor(visitor.server, visitor.http).page()


@pytest.mark.parametrize(
    ("action", "fields"), [("reset", {}), ("advance-clock", {}), ("token", {"login": "sales-lead"})]
)
def test_a_token_that_is_no_good_any_more_is_not_shown(
    visitor: Visitor, action: str, fields: dict[str, str]
) -> None:
    token = _TOKEN.findall(visitor.press("token", login="sales-lead").text)[0]
    assert token not in visitor.press(action, **fields).text


def test_a_user_is_blocked_and_let_in_again(visitor: Visitor) -> None:
    token = visitor.token("sales-lead")
    assert "sales-lead is blocked" in visitor.told("block", login="sales-lead", blocked="1")
    assert status_of(visitor, token) == 403
    assert "may log in again" in visitor.told("block", login="sales-lead", blocked="0")
    assert status_of(visitor, token) == 200


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("call", r"A call of 000\*302 Ivanova was recorded: (in|out), from .* \d+ s\."),
        ("voicemail", r"A voice message arrived for 000\*302 Ivanova from \d+, \d+ s\."),
        ("fax", r"A fax arrived for 000\*302 Ivanova from \d+, \d+ bytes\."),
        (
            "registration",
            r"The registration log of 000\*302 Ivanova has a new entry: o(n|ff) at .*",
        ),
    ],
)
def test_something_arrives_for_a_number(visitor: Visitor, kind: str, message: str) -> None:
    assert re.fullmatch(message, visitor.told("arrival", kind=kind, number="31"))


def test_a_quick_fault_is_a_switch(visitor: Visitor) -> None:
    token = visitor.token()
    assert visitor.told("switch", name="unavailable", on="1") == "Every response is 503: on."
    assert 'aria-checked="true"' in visitor.page()
    assert status_of(visitor, token) == 503
    # Twice on is on once.
    visitor.told("switch", name="unavailable", on="1")
    visitor.told("switch", name="unavailable", on="0")
    assert 'aria-checked="true"' not in visitor.page()
    assert status_of(visitor, token) == 200


@pytest.mark.parametrize("name", ["unavailable", "limited", "slow", "dropped", "unauthorized"])
def test_every_switch_can_be_turned_on_and_off(visitor: Visitor, name: str) -> None:
    visitor.told("switch", name=name, on="1")
    assert visitor.page().count('aria-checked="true"') == 1
    visitor.told("switch", name=name, on="0")
    assert visitor.page().count('aria-checked="true"') == 0
    assert "None: every request gets the documented response" in visitor.page()


def test_a_fault_of_the_form_is_added_and_removed(visitor: Visitor) -> None:
    token = visitor.token()
    fields = {"operation": "getCurrentUser", "login": "client-admin", "status": "500"}
    visitor.told("add-fault", **fields, times="1", delay="1", connection="")
    text = "getCurrentUser of client-admin: response 500, 1 ms later, once"
    assert text in visitor.page()
    assert [status_of(visitor, token), status_of(visitor, token)] == [500, 200]
    assert "used up" in visitor.page()
    assert visitor.told("remove-fault", id="1") == "The fault is gone."
    assert text not in visitor.page()


@pytest.mark.parametrize(
    ("action", "fields", "status", "message"),
    [
        ("token", {"login": "nobody"}, 404, "No such user or role: nobody"),
        ("token", {}, 404, "No such user or role"),
        ("block", {"login": "nobody", "blocked": "1"}, 404, "no such user"),
        ("arrival", {"kind": "call"}, 400, "Choose a number"),
        ("arrival", {"kind": "call", "number": "999999"}, 404, "No such extension"),
        ("arrival", {"kind": "call", "number": "9" * 100}, 400, "extension: must be at most 92233"),
        ("arrival", {"kind": "flood", "number": "31"}, 400, "Choose a number"),
        ("switch", {"name": "none", "on": "1"}, 400, "no such switch"),
        ("add-fault", {}, 400, "a status, a delay, or a broken connection"),
        ("add-fault", {"status": "abc"}, 400, "status: must be a whole number"),
        ("add-fault", {"status": "9" * 200}, 400, "answer.status: must"),
        ("add-fault", {"status": "418"}, 400, "answer.status: must be one of"),
        ("add-fault", {"delay": "60001"}, 400, "delay.milliseconds: must"),
        ("add-fault", {"connection": "melt"}, 400, "connection: must be one of"),
        ("add-fault", {"status": "500", "operation": "no"}, 400, "has no operation no"),
        ("remove-fault", {"id": "77"}, 404, "No such fault: 77"),
        ("save-snapshot", {"name": "a/b"}, 400, "name: must be 1 to 64 letters"),
        ("save-snapshot", {"name": ""}, 400, "name: must be 1 to 64 letters"),
        ("load-snapshot", {"name": "none"}, 404, "No such snapshot: none"),
        ("delete-snapshot", {"name": "none"}, 404, "No such snapshot: none"),
        ("end-session", {"name": "default"}, 400, "the default session cannot be ended"),
        ("end-session", {"name": "none"}, 404, "No such session: none"),
        ("format-disk", {}, 404, "There is no such button"),
    ],
)
def test_what_cannot_be_done_is_said_and_changes_nothing(
    visitor: Visitor, action: str, fields: dict[str, str], status: int, message: str
) -> None:
    before = visitor.http.get("/__mock__/state").json()
    answer = visitor.press(action, **fields)
    assert answer.status_code == status
    assert said(answer).startswith("Not done.")
    assert message in said(answer)
    whole = visitor.send(action, **fields)
    assert (whole.status_code, said(whole)) == (status, said(answer))
    assert "<h1>" in whole.text
    assert visitor.http.get("/__mock__/state").json() == before
    assert visitor.http.get("/__mock__/faults").json() == []


def test_a_reset_keeps_tokens_if_it_is_told_to(visitor: Visitor) -> None:
    token = visitor.token()
    visitor.api("POST", "/client/@me/extension_group/", json={"name": "Lost"})
    assert "Tokens were kept." in visitor.told("reset", keep_tokens="1")
    assert status_of(visitor, token) == 200
    assert "<bdi>Lost</bdi>" not in visitor.page()
    assert "All tokens have ended." in visitor.told("reset")
    assert status_of(visitor, token) == 401


def test_a_reset_and_a_cleared_journal_show_an_empty_journal(visitor: Visitor) -> None:
    for action in ("reset", "clear-journal"):
        visitor.api("GET", "/user/")
        answer = visitor.press(action)
        assert 'id="journal-list" hx-swap-oob="outerHTML"' in answer.text
        assert "/api/ver1.0/user/</bdi>" not in answer.text
    assert "journal-list" not in visitor.press("freeze-clock", frozen="1").text


def test_snapshots_are_saved_loaded_and_deleted(visitor: Visitor) -> None:
    visitor.told("save-snapshot", name="before")
    visitor.api("POST", "/client/@me/extension_group/", json={"name": "After"})
    visitor.told("load-snapshot", name="before")
    assert "<bdi>After</bdi>" not in visitor.page()
    visitor.told("delete-snapshot", name="before")
    assert "None yet." in visitor.page()


def test_the_clock_stops_and_goes_forward(visitor: Visitor) -> None:
    assert "is frozen at" in visitor.told("freeze-clock", frozen="1")
    before = visitor.http.get("/__mock__/clock").json()
    assert before["frozen"]
    assert "UTC now" in visitor.told("advance-clock")
    assert "goes on from" in visitor.told("freeze-clock", frozen="0")
    assert not visitor.http.get("/__mock__/clock").json()["frozen"]


def test_a_session_is_ended(visitor: Visitor) -> None:
    visitor.of_session("other").page()
    assert visitor.told("end-session", name="other") == "Session other has ended."
    assert "/s/other/" not in visitor.page()


def test_without_a_script_a_form_leads_back_with_its_message(visitor: Visitor) -> None:
    visitor = visitor.of_session("mine")
    answer = visitor.send("switch", name="limited", on="1")
    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/s/mine/?message=")
    assert said(visitor.http.get(answer.headers["location"])) == "One 429: on."
    assert said(visitor.get("/", message="no such")) == ""


def test_only_the_last_messages_and_tokens_are_remembered() -> None:
    from ringme_mock.ui.page_session import Message, PageSession

    kept = PageSession()
    names = [kept.keep_message(Message(str(number))) for number in range(1000)]
    for number in range(1000):
        kept.keep_token(f"user-{number}", "t")
    assert kept.message(names[-1]) == Message("999")
    assert kept.message(names[0]) is None
    assert kept.token("user-999") == "t"
    assert kept.token("user-0") is None


def test_a_search_stays_while_buttons_are_pressed(visitor: Visitor) -> None:
    answer = visitor.press("freeze-clock", frozen="1", find="support", find_login="lead")
    assert 'id="group-5"' in answer.text
    assert 'id="group-3"' not in answer.text
    assert "sales-viewer" not in answer.text


@pytest.mark.parametrize("name", [*ACTIONS, "no-such"])
def test_nothing_is_done_by_get(visitor: Visitor, name: str) -> None:
    fields = {"login": "sales-lead", "blocked": "1", "name": "limited", "on": "1", "number": "31"}
    before = visitor.http.get("/__mock__/state").json()
    answer = visitor.get(f"{PAGE}/do/{name}", **fields)
    assert answer.status_code == 405
    assert answer.headers["allow"] == "POST"
    assert visitor.http.get("/__mock__/state").json() == before
    assert visitor.http.get("/__mock__/faults").json() == []


def test_no_session_is_opened_by_get(visitor: Visitor) -> None:
    assert visitor.get(f"{PAGE}/session", name="other").status_code == 405
    assert [one["name"] for one in visitor.http.get("/__mock__/sessions").json()] == ["default"]
