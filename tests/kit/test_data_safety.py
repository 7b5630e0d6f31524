"""A run harms no data of the target, and reports what it leaves, however the target responds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from ringme_contract.check import Check
from ringme_contract.check_context import CheckContext
from ringme_contract.proof.site import Site
from ringme_contract.run.check_run import Options, open_session
from ringme_contract.target import MOCK
from support import hostile_responses
from support.kit_command import mock_target, own_check, replace_checks, ringme_contract
from support.server import RunningMock
from support.serving import served

COLLECTIONS = ("extension_group", "extension", "user")
_KEEP = ("delete_recorded_items = true", "delete_recorded_items = false")
Entries = dict[str, dict[int, dict[str, Any]]]


@contextmanager
def target(alter: hostile_responses.Alteration | None = None) -> Iterator[str]:
    """Serve a mock behind a hostile layer; yield its URL."""
    site = Site()
    if alter is not None and alter is not hostile_responses.dropped_response:
        alter(site)
    app = site.build()
    with served(
        hostile_responses.DroppedResponses(app)
        if alter is hostile_responses.dropped_response
        else app
    ) as url:
        yield url


def entries(url: str) -> Entries:
    """Return all entries as the mock stores them."""
    state = httpx.get(f"{url}/__mock__/state").json()
    return {name: {one["id"]: one for one in state[name]["entries"]} for name in COLLECTIONS}


def change(url: str, edit: Callable[[dict[str, Any]], None]) -> None:
    state = httpx.get(f"{url}/__mock__/state").json()
    edit(state)
    httpx.put(f"{url}/__mock__/state", json=state).raise_for_status()


# --- checks that do on a small scale what those of the kit do


def _crud_check(collection: str) -> Check:
    def life(kit: CheckContext) -> None:
        key = kit.factory.create(collection)["id"]
        path = kit.path(collection, key)
        kit.caller("client").put(path, {"extra_params": "changed"})
        kit.caller("client").delete(path)
        kit.factory.create(collection, "other_client" if collection != "user" else "client")

    life.__name__ = f"life_of_{collection}"
    return own_check("me", life)


def moves_a_number(kit: CheckContext) -> None:
    numbers = [one for one in kit.factory.read("extension") if one["extension_group_id"]]
    number = numbers[0] if numbers else kit.new_extension()
    group = kit.new_group()["id"]
    kit.place(number["id"], group)
    kit.expect(kit.caller("client").delete(kit.path("extension_group", group)), 204)


def sends_names_of_its_own(kit: CheckContext) -> None:
    client = kit.caller("client")
    client.post(kit.path("extension"), {"name": kit.free_number(), "label": "x"})
    client.post(kit.path("extension_group"), {"name": "x"})


CHECKS = [
    *map(_crud_check, COLLECTIONS),
    own_check("me", moves_a_number),
    own_check("me", sends_names_of_its_own),
]


@pytest.fixture(autouse=True)
def few_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    replace_checks(monkeypatch, *CHECKS)


def run(url: str, folder: Path, *options: str) -> list[str]:
    """Return the lines about data left behind by a run that may not delete recorded items."""
    report = folder / "report.json"
    arguments = ("--target", mock_target(folder, _KEEP), "--rule", "me", "--json", str(report))
    done = ringme_contract("check", url, *arguments, *options)
    assert done.exit_code in (0, 1, 3), done.output
    lines: list[str] = json.loads(report.read_text())["run"]["left_behind"]
    assert all(f"not cleaned up: {line}" in done.output for line in lines)
    return lines


def new_entries(before: Entries, after: Entries) -> dict[str, set[int]]:
    """Return the ids of new entries; assert that all others are unchanged."""
    for name, known in before.items():
        assert {key: after[name].get(key) for key in known} == known
    return {name: after[name].keys() - before[name].keys() for name in COLLECTIONS}


@pytest.mark.parametrize(
    "alter",
    [
        None,
        hostile_responses.another_id_on_create,
        hostile_responses.another_entry_on_create,
        hostile_responses.with_id(hostile_responses.ELSEWHERE),
        hostile_responses.with_id([3]),
        hostile_responses.with_id(None),
        hostile_responses.with_id(10**30),
        hostile_responses.with_id(3),
        hostile_responses.with_id(True),
        hostile_responses.with_status(201, b""),
        hostile_responses.with_status(200),
        hostile_responses.with_status(500, b'{"message": "x"}'),
        hostile_responses.dropped_response,
        hostile_responses.create_twice,
        hostile_responses.delete_without_effect,
        hostile_responses.delete_with_error,
        hostile_responses.another_entry_on_read,
        hostile_responses.lists_without_new_entries,
        hostile_responses.lists_without_old_entries,
        hostile_responses.no_access_checks,
        hostile_responses.update_clears_missing_text,
        hostile_responses.group_delete_deletes_numbers,
        hostile_responses.another_id_on_update,
    ],
)
def test_existing_data_is_kept_and_leftovers_are_reported(
    alter: hostile_responses.Alteration | None, tmp_path: Path
) -> None:
    """Whatever is created is removed, or reported with its number of entries."""
    with target(alter) as url:
        before = entries(url)
        lines = run(url, tmp_path)
        found = new_entries(before, entries(url))
    reported = [line.split()[:2] for line in lines]
    for name, keys in found.items():
        assert sum(int(count) for count, kind in reported if kind == name) == len(keys), lines


def test_entries_of_another_run_are_kept(tmp_path: Path) -> None:
    """The prefix of a concurrent run tells its entries apart."""

    def begin(state: dict[str, Any]) -> None:
        groups = state["extension_group"]["entries"]
        groups.append({**groups[0], "id": 900, "name": "contract-0a1b2c-1 group 1"})

    with target() as url:
        change(url, begin)
        before = entries(url)
        assert run(url, tmp_path) == []
        assert new_entries(before, entries(url))["extension_group"] == set()


def test_foreign_changes_are_reported_and_not_deleted(tmp_path: Path) -> None:
    """A PUT that changes all entries gives each the prefix of the run."""
    with target(hostile_responses.update_changes_all_entries) as url:
        before = entries(url)
        lines = run(url, tmp_path)
        after = entries(url)
    assert {name: after[name].keys() for name in before} == {
        name: before[name].keys() for name in before
    }
    assert any("extension_group from before the run changed since" in line for line in lines)


@pytest.mark.parametrize("digits", [11, 18, 40])
def test_run_supports_numbers_of_any_length(digits: int, tmp_path: Path) -> None:
    def lengthen(state: dict[str, Any]) -> None:
        for client in state["client"]["entries"]:
            client["extension_len"] = digits
        for one in state["extension"]["entries"]:
            prefix, _, number = one["name"].rpartition("*")
            one["name"] = f"{prefix}*{number:7>{digits}}"

    with target() as url:
        change(url, lengthen)
        before = entries(url)
        assert run(url, tmp_path) == []
        assert not any(new_entries(before, entries(url)).values())


@pytest.mark.parametrize(
    "send",
    [
        lambda kit: kit.caller("client").put(kit.path("extension_group", 3), {"name": "x"}),
        lambda kit: kit.caller("client").delete(kit.path("extension_group", 3)),
        lambda kit: kit.anonymous.delete(kit.path("extension", 30)),
        lambda kit: kit.caller("client").delete(kit.path("extension", "30.0")),
        lambda kit: kit.caller("client").delete(kit.path("extension", "%2b30")),
        lambda kit: kit.caller("client").delete(kit.path("extension_group")),
        lambda kit: kit.caller("client").delete(kit.path("extension_group", "../extension/30")),
        lambda kit: kit.caller("client").delete(
            kit.path("record", extension_group=3), **kit.range_query
        ),
        lambda kit: kit.caller("client").delete(
            kit.path("record", kit.factory.items.one("record")["record"], extension_group=3)
        ),
    ],
)
def test_check_sends_no_request_that_could_harm_existing_data(
    send: Callable[[CheckContext], httpx.Response], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[httpx.Response] = []
    replace_checks(monkeypatch, own_check("me", lambda kit: sent.append(send(kit))))
    with target() as url:
        before = entries(url)
        run(url, tmp_path)
        assert not any(new_entries(before, entries(url)).values())
    assert sent == []


def test_read_only_run_sends_no_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def writes(kit: CheckContext) -> None:
        kit.anonymous.post(kit.path("extension_group"), {"name": "x"})

    replace_checks(monkeypatch, own_check("me", writes, writes=False))
    with target() as url:
        run(url, tmp_path, "--read-only")
        noted = httpx.get(f"{url}/__mock__/journal").json()
    written = {one["path"] for one in noted if one["method"] != "GET"}
    assert written == {"/oauth/token"}


def test_equal_clean_up_errors_are_reported_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def undoes_in_vain(kit: CheckContext) -> None:
        for _ in range(3):
            kit.undo(lambda: kit.client.get(kit.path("extension_group", 0)))

    replace_checks(monkeypatch, own_check("me", undoes_in_vain))
    with target() as url:
        (line,) = run(url, tmp_path)
    assert line.endswith(": status 400 (3 times)")


def test_references_to_a_deleted_number_need_not_be_restored(
    mock: RunningMock,
) -> None:
    with open_session(Options(mock.url, target=MOCK)) as session:
        kit = session.kit
        changing, deleting = kit.for_check("changing"), kit.for_check("deleting")
        external = next(one for one in kit.factory.read("did") if one["extension_id"])
        path = kit.path("extension", external["extension_id"])
        changing.client.put(kit.path("did", external["id"]), {"comment": "Changed"})
        changing.clean_up()
        deleting.guard.may_delete_recorded_items = True
        deleting.guard.give_up("extension", external["extension_id"])
        deleting.expect(deleting.client.delete(path), 204)
        deleting.clean_up()
        kit.finish()
    assert kit.left_behind == []


def test_entry_is_restored_if_it_was_changed_at_several_paths(mock: RunningMock) -> None:
    with open_session(Options(mock.url, target=MOCK)) as session:
        kit = session.kit.for_check("changing")
        paths = [kit.path("client", key) for key in ("@me", 12)]
        before = kit.client.get(paths[0]).json()
        for number, path in enumerate(paths):
            kit.expect(kit.client.put(path, {"name": f"Changed {number}"}), 200)
        kit.clean_up()
        session.kit.finish()
        assert kit.client.get(paths[0]).json() == before
    assert session.kit.left_behind == []
