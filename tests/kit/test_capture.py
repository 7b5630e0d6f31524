"""Capture of a live service as fixtures: same lists, no personal data, all or nothing."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from click.testing import CliRunner, Result

from ringme_contract.capture.made_up import MadeUp
from ringme_contract.datetime_texts import latest_end, read_datetime, write_datetime
from ringme_contract.target import MOCK
from ringme_mock.app import create_app
from ringme_mock.cli import main
from ringme_spec.contract import read_contract
from ringme_spec.operations import Operation
from ringme_spec.paths import FIXTURES, SPEC
from support.hostile_servers import (
    Behaviour,
    Call,
    change_body,
    close,
    gzip_bomb,
    hostile_server,
    spoil_api,
    throttled,
)
from support.second_implementation import second_implementation
from support.serving import served

CONTRACT = read_contract(SPEC)
LISTS = [
    one
    for one in CONTRACT.operations.values()
    if one.reads and (one.action in ("list", "stats") or one.is_part)
]
# URLs that the service gives itself.
URLS = {one.part_of.url for one in CONTRACT.collections.values() if one.part_of and one.part_of.url}
# A range with all items of the fixtures.
START, END = "2015-12-01 00:00:00", "2016-07-31 23:59:59"
TARGET = MOCK.read_text("utf-8")
for _name, _text in (("start", START), ("end", END)):
    TARGET = re.sub(f'{_name} = ".*"', f'{_name} = "{_text}"', TARGET)
SOURCES = ["mock", "second"]
Entry = dict[str, Any]


@contextmanager
def live_service(name: str) -> Iterator[str]:
    """Run one of the live services; yield its URL."""
    if name == "second":
        with second_implementation() as url:
            yield url
    else:
        with served(create_app(SPEC, FIXTURES)) as url:
            yield url


def target_file(folder: Path, more: str = "") -> Path:
    path = folder / "target.toml"
    path.write_text(more + TARGET, "utf-8")
    return path


def capture(url: str, out: Path, *options: str, more: str = "") -> Result:
    target = target_file(out.parent, more)
    return CliRunner().invoke(
        main, ["capture", url, "--target", str(target), "--out", str(out), *options]
    )


def captured_entries(url: str, out: Path, *options: str) -> dict[str, list[Entry]]:
    """Return the entries of a capture that succeeds, by collection."""
    result = capture(url, out, *options)
    assert result.exit_code == 0, result.output
    assert not out.with_name(f"{out.name}.part").exists()
    return entries_in(out)


def entries_in(folder: Path) -> dict[str, list[Entry]]:
    return {path.stem: json.loads(path.read_text())["entries"] for path in folder.glob("*.yaml")}


class Client:
    """Client that reads whole lists with a token of the client credentials grant."""

    def __init__(self, http: httpx.Client, identity: dict[str, str]) -> None:
        token = CONTRACT.token_operation
        assert token is not None
        given = {"grant_type": "client_credentials", **identity}
        response = http.post(token.path, data=given)
        http.headers["Authorization"] = f"Bearer {response.json()['access_token']}"
        self._http = http

    def lists(self) -> dict[str, Any]:
        """Return each list and count of the document, by path and range."""
        found: dict[str, Any] = {}
        for one in LISTS:
            for path in self._paths(one):
                for query in queries(one):
                    response = self._http.get(path, params=query)
                    assert response.status_code == 200, (path, query, response.text)
                    found[f"{path} {query}"] = without_addresses(one, response.json())
        return found

    def _paths(self, operation: Operation) -> Iterator[str]:
        owner = next((one for one in operation.entry_parameters if one.me is None), None)
        me = {one.name: one.me for one in operation.path_parameters}
        if owner is None:
            yield operation.fill(me)
            return
        listing = next(
            one
            for one in LISTS
            if one.collection.name == owner.collection
            and one.action == "list"
            and all(part.me for part in one.path_parameters)
        )
        path = listing.fill({one.name: one.me for one in listing.path_parameters})
        for entry in self._http.get(path).json():
            yield operation.fill({**me, owner.name: entry[listing.collection.key]})


def without_addresses(operation: Operation, answer: Any) -> Any:
    """Return a list without properties that are never captured, as they may contain secrets."""
    properties = CONTRACT.schemas.properties(operation.collection.stored)
    replaced = {
        name
        for name, schema in properties.items()
        if CONTRACT.schemas.resolve(schema).get("x-personal") == "url"
    }
    return _without(answer, {*replaced, *URLS})


def _without(value: Any, names: set[str]) -> Any:
    """Return a value without some properties, at all levels."""
    if isinstance(value, list):
        return [_without(one, names) for one in value]
    if isinstance(value, dict):
        return {name: _without(value[name], names) for name in value.keys() - names}
    return value


def queries(operation: Operation) -> Iterator[dict[str, str]]:
    """Yield the ranges that together contain all items."""
    roles = operation.roles
    if not operation.ranged:
        yield {}
        return
    size = roles.get("page_size")
    whole = {size.name: str(size.schema["maximum"])} if size and operation.envelope else {}
    start, end = read_datetime(START), read_datetime(END)
    while start < end:
        last = min(end, latest_end(operation.collection.range, start))
        bounds = {"range_start": start, "range_end": last}
        yield {**whole, **{roles[role].name: write_datetime(at) for role, at in bounds.items()}}
        start = last


def lists_of(url: str, folder: Path | None = None) -> dict[str, Any]:
    """Return all lists of a service, for the user of the target or the captured application."""
    identity = {
        "client_id": "c1200000000000000000000000000001",
        "client_secret": "c0ffee01c0ffee01c0ffee01c0ffee01",
    }
    if folder is not None:
        application = next(
            one for one in entries_in(folder)["application"] if one["type"] == "trusted"
        )
        identity = {name: application[name] for name in identity}
    with httpx.Client(base_url=url) as http:
        return Client(http, identity).lists()


@pytest.mark.parametrize("name", SOURCES)
def test_captured_fixtures_give_the_same_lists_as_the_service(name: str, tmp_path: Path) -> None:
    out = tmp_path / "mine"
    with live_service(name) as url:
        captured_entries(url, out, "--keep-personal-data")
        expected = lists_of(url)
    with served(create_app(SPEC, out)) as url:
        assert lists_of(url, out) == expected
    assert sum(map(len, expected.values())) > 200


@pytest.fixture(scope="module")
def captures(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """Return two captures of one service: with the original values, and with made-up ones."""
    folder = tmp_path_factory.mktemp("captures")
    with live_service("mock") as url:
        captured_entries(url, folder / "kept", "--keep-personal-data")
        captured_entries(url, folder / "made-up")
    return folder / "kept", folder / "made-up"


def personal(folder: Path) -> Iterator[tuple[str, str, str, str]]:
    """Yield collection, property, kind and value of all personal texts."""
    for name, entries in entries_in(folder).items():
        properties = CONTRACT.schemas.properties(CONTRACT.collections[name].stored)
        for entry in entries:
            for prop, value in entry.items():
                kind = CONTRACT.schemas.resolve(properties[prop]).get("x-personal")
                if kind and isinstance(value, str) and name != "application":
                    yield name, prop, kind, value


def test_capture_contains_no_personal_data(captures: tuple[Path, Path]) -> None:
    kept, made_up = captures
    text = "\n".join(path.read_text() for path in made_up.iterdir())
    originals = {value for *_, kind, value in personal(kept) if kind != "url"}
    words = {word for value in originals for word in re.findall(r"[^\W\d_]{4,}", value)}
    numbers = {digits for value in originals for digits in re.findall(r"\d{5,}", value)}
    known = set(re.findall(r"[^\W\d_]+", SPEC.read_text("utf-8").casefold()))
    known |= {"lang", "theme", "desk", "room"}  # Keys of JSON objects in texts.
    assert len(words) > 30
    assert len(numbers) > 30
    assert [one for one in numbers if one in text] == []
    assert [one for one in words if one.casefold() not in known and one in text] == []
    assert [one for one in originals if len(one) > 4 and f'"{one}"' in text] == []


def test_capture_keeps_shape_and_values_that_are_not_personal(captures: tuple[Path, Path]) -> None:
    before, after = map(entries_in, captures)
    assert before.keys() == after.keys()
    kinds = {(name, prop) for name, prop, *_ in personal(captures[0])}
    for name, entries in before.items():
        for old, new in zip(entries, after[name], strict=True):
            assert old.keys() == new.keys()
            for prop, value in old.items():
                if (name, prop) in kinds or name == "application":
                    assert type(new[prop]) is type(value)
                    assert bool(new[prop]) is bool(value)
                elif prop != "password":
                    assert new[prop] == value


def test_equal_personal_values_get_equal_replacements(
    captures: tuple[Path, Path],
) -> None:
    pairs: dict[tuple[str, str], set[str]] = {}
    for (*_, kind, old), (*_, new) in zip(*map(personal, captures), strict=True):
        if kind == "phone" and not re.search("[a-z]", old.partition("@")[0], re.IGNORECASE):
            form = re.sub(r"\d", "0", old.partition("@")[0])
            assert re.sub(r"\d", "0", new.partition("@")[0]) == form
            parts = [re.findall(r"\d+", one.partition("@")[0]) for one in (old, new)]
            for was, became in zip(*parts, strict=True):
                pairs.setdefault(("number", was), set()).add(became)
        elif kind != "text":
            pairs.setdefault((kind, old), set()).add(new)
    assert all(len(found) == 1 for found in pairs.values())
    for kind in {kind for kind, _ in pairs}:
        found = [one for (of, _), one in pairs.items() if of == kind]
        assert len(found) == len(set().union(*found))
    (number,) = pairs["number", "301"]
    files = entries_in(captures[1])
    assert f"{files['client'][0]['prefix']}*{number}" in {one["name"] for one in files["extension"]}
    assert number in {one["short_ext_name"] for one in files["reg_status_log"]}


@pytest.mark.parametrize("option", [(), ("--keep-personal-data",)])
def test_capture_can_be_served_with_its_printed_command(
    option: tuple[str, ...], tmp_path: Path
) -> None:
    out = tmp_path / "mine"
    with live_service("mock") as url:
        result = capture(url, out, *option)
    assert "mock-sales-lead" in result.stdout or not option
    line = next(one for one in result.stdout.splitlines() if one.startswith("Get a token: curl "))
    address, *words = line.removeprefix("Get a token: curl ").replace("-d ", "").split()
    user = re.search(r"such as (mock-(\S+))\.$", result.stdout, re.MULTILINE)
    assert user is not None
    with served(create_app(SPEC, out)) as url:
        given = dict(word.split("=") for word in words)
        path = address.removeprefix("http://127.0.0.1:8080")
        assert httpx.post(url + path, data=given).status_code == 200
        other = next(
            one for one in entries_in(out)["application"] if one["type"] == "password_credentials"
        )
        given = {"grant_type": "password", "username": user[2], "password": user[1]}
        given |= {name: other[name] for name in ("client_id", "client_secret")}
        assert httpx.post(url + path, data=given).status_code == 200


def test_capture_sends_only_gets_and_token_requests(tmp_path: Path) -> None:
    methods = []

    def watch(call: Call) -> None:
        methods.append((call.method, call.is_api))
        call.pass_through()

    with live_service("mock") as upstream, hostile_server(upstream, watch) as server:
        captured_entries(server.url, tmp_path / "mine")
    assert set(methods) == {("POST", False), ("GET", True)}
    assert len(methods) < 200


def test_interrupted_capture_is_resumed(tmp_path: Path) -> None:
    out, broken = tmp_path / "mine", [True]
    counts = {True: 0, False: 0}

    def behave(call: Call) -> None:
        counts[broken[0]] += 1
        if broken[0] and counts[True] > 12:
            close(call)
        call.pass_through()

    with live_service("mock") as upstream, hostile_server(upstream, behave) as server:
        first = capture(server.url, out)
        assert (first.exit_code, out.exists()) == (2, False)
        broken[0] = False
        second = capture(server.url, out)
        assert second.exit_code == 0
        resumed = counts[False]
        whole = captured_entries(server.url, tmp_path / "whole")
    assert "continues with what was already read" in second.stderr
    assert resumed <= counts[False] - resumed - 10
    assert entries_in(out) == whole
    assert not (tmp_path / "mine.part").exists()


def test_partial_capture_of_another_target_is_not_resumed(tmp_path: Path) -> None:
    with live_service("mock") as upstream:
        with hostile_server(upstream, spoil_api(close)) as server:
            assert capture(server.url, tmp_path / "mine").exit_code == 2
        result = capture(upstream, tmp_path / "mine")
    assert result.exit_code == 2
    assert "mine.part: contains an unfinished capture of another URL" in result.stderr


def endless(call: Call, content: bytes) -> bytes:
    """Return lists that have new entries on each page."""
    entries = json.loads(content)
    if not isinstance(entries, list):
        return content
    example = {"name": "n", "client_id": 12, "extra_params": None}
    begin = 1000 * len(call.target) + int(re.findall(r"[?&]page=(\d+)", call.target)[0]) * 10**6
    return json.dumps([{**example, "id": begin + number} for number in range(1000)]).encode()


def not_json(call: Call, content: bytes) -> bytes:
    return b"<html>" if b"[" in content else content


def no_list(call: Call, content: bytes) -> bytes:
    return b'{"items": []}' if content.startswith(b"[") else content


def redirect(call: Call) -> None:
    call.respond("302 Found", b"", "Location: http://169.254.169.254/latest/")


HOSTILE: dict[str, tuple[Behaviour, str]] = {
    "endless list": (change_body(endless), "more than 3000 entries"),
    "bomb": (spoil_api(gzip_bomb), "unpacks to over"),
    "not JSON": (change_body(not_json), "the body is not JSON"),
    "no list": (change_body(no_list), "not a list of objects"),
    "throttled for ever": (throttled(5, "Retry-After: 0"), "429 after all retries"),
    "redirect": (spoil_api(redirect), "a redirect to 'http://169.254.169.254/latest/'"),
    "closes": (spoil_api(close), "closed before the response was complete"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_capture_of_an_unreadable_service_is_a_one_line_error(name: str, tmp_path: Path) -> None:
    behave, words = HOSTILE[name]
    out = tmp_path / "mine"
    with live_service("mock") as upstream, hostile_server(upstream, behave) as server:
        result = capture(server.url, out, "--max-entries", "3000")
        assert server.requests < 40
    assert result.exit_code == 2
    assert words in result.stderr.splitlines()[-1]
    assert "Traceback" not in result.output
    assert {path.name for path in tmp_path.iterdir()} == {"target.toml", "mine.part"}


def test_malformed_ids_are_not_requested(tmp_path: Path) -> None:
    def change(call: Call, content: bytes) -> bytes:
        text = content.replace(b'"record_uuid":"', b'"record_uuid":"../../')
        return text.replace(b'"id":30', b'"id":"../../../30"')

    out = tmp_path / "in" / "mine"
    out.parent.mkdir()
    targets = []

    def watch(call: Call) -> None:
        targets.append(call.target)
        change_body(change)(call)

    with live_service("mock") as upstream, hostile_server(upstream, watch) as server:
        result = capture(server.url, out)
    assert result.exit_code == 0, result.output
    assert "left out: id '../../../30'" in result.stderr
    assert not any(".." in one for one in targets)
    assert entries_in(out)["record"] == []
    files = {f"{name}.yaml" for name, rule in CONTRACT.collections.items() if rule.is_stored}
    assert {path.name for path in tmp_path.rglob("*")} == {"in", "target.toml", "mine", *files}


def without_numbers(call: Call, content: bytes) -> bytes:
    return b"[]" if content.startswith(b"[") else content


def test_values_the_service_does_not_show_come_from_the_target_file(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    with (
        live_service("mock") as upstream,
        hostile_server(upstream, change_body(without_numbers)) as server,
    ):
        lacking = 'off = ["client_data"]\n'
        result = capture(server.url, out, more=lacking)
        assert result.exit_code == 2
        assert "client.prefix: the service does not show it; set it in" in result.stderr
        assert "[capture.client] prefix = ..." in result.stderr
        client_data = '{prefix = "014", domain = "example.org", extension_len = 3}'
        result = capture(server.url, out, more=f"{lacking}capture.client = {client_data}\n")
    assert result.exit_code == 0, result.output
    (client,) = entries_in(out)["client"]
    assert (len(client["prefix"]), client["extension_len"]) == (3, 3)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"[identities.client]": "[identities.call_api]"}, "identities.client is missing"),
        ({'"c0ffee01c0ffee01c0ffee01c0ffee01"': '"0"'}, "identities.client gets no token"),
        ({"[range]": "[capture.colour]\n[range]"}, "capture.colour: the document has no such"),
        ({"[range]": "[capture.client]\nhue = 1\n[range]"}, "capture.client.hue: the document"),
        ({"[range]": "[capture]\nclient = 1\n[range]"}, "capture.client: must be a table"),
        ({"[range]": "[ranges]"}, "range.start: is missing"),
    ],
)
def test_unsuitable_target_file_is_reported(
    change: dict[str, str], words: str, tmp_path: Path
) -> None:
    (old, new), out = next(iter(change.items())), tmp_path / "mine"
    text = TARGET.split("[identities.client_read_only]")[0]
    assert old in text
    (tmp_path / "t.toml").write_text(text.replace(old, new), "utf-8")
    with live_service("mock") as url:
        arguments = ["capture", url, "--target", str(tmp_path / "t.toml"), "--out", str(out)]
        result = CliRunner().invoke(main, arguments)
    assert result.exit_code == 2
    assert words in result.stderr
    assert not out.exists()


def test_capture_with_a_group_user_is_refused(tmp_path: Path) -> None:
    group = TARGET.split("[identities.group]")[1].split("[")[0]
    head = TARGET.split("[identities.client]")[0]
    (tmp_path / "t.toml").write_text(f"{head}[identities.client]{group}", "utf-8")
    with live_service("mock") as url:
        target, out = str(tmp_path / "t.toml"), str(tmp_path / "mine")
        result = CliRunner().invoke(main, ["capture", url, "--target", target, "--out", out])
    assert result.exit_code == 2
    assert (
        "the token is for a user of extension_group; a user of a client is needed" in result.stderr
    )


def test_capture_into_a_folder_that_is_not_empty_is_refused(tmp_path: Path) -> None:
    out = tmp_path / "mine"
    out.mkdir()
    (out / "note.txt").write_text("mine")
    result = capture("http://127.0.0.1:9", out)
    assert (result.exit_code, [one.name for one in out.iterdir()]) == (2, ["note.txt"])
    assert f"{out}: must be empty, or not exist yet" in result.stderr


def test_json_in_a_text_keeps_its_shape_and_member_names() -> None:
    made_up = MadeUp(CONTRACT, keep=False)
    value = {"crm": {"id": 4711, "+79990001001": ["Ann", None, True]}, "a@b.example": "", "n": 7}
    groups = [{"extra_params": json.dumps(value)}, {"extra_params": "plain"}]
    made_up.replace_all({"extension_group": groups})
    assert json.loads(groups[0]["extra_params"]) == {
        "crm": {"id": 9000, "Text 1": ["Text 2", None, True]},
        "Text 3": "",
        "n": 7,
    }
    assert groups[1]["extra_params"] == "Text 4"
