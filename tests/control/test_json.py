"""JSON of the control interface: values that could not be exported are refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from ringme_mock.control.fault_file import read_fault_file
from ringme_spec.errors import ConfigError
from support.control import API, Control

JSON = {"Content-Type": "application/json"}
ODD = ["null", "on", "2020-03-16 12:18:08", "🦔", "\u2028", "\x00\x1f\x7f", "\ufffe", "-0", "a: b"]


def nested(depth: int) -> bytes:
    """Return nested JSON arrays of this depth."""
    return b"[" * depth + b"]" * depth


def fault_with_body(body: bytes) -> bytes:
    """Return a fault whose response has this JSON body."""
    return b'{"answer": {"status": 503, "body": ' + body + b"}}"


def error_message(control: Control, method: str, path: str, content: bytes) -> str:
    """Return the message that refuses a request."""
    return control.refused(method, path, content=content, headers=JSON)


@pytest.mark.parametrize(("body", "field", "reason"), [
    (b"9223372036854775808", "", f"at most {2**63 - 1}"),
    (b"18446744073709551616", "", f"at most {2**63 - 1}"),
    (b'{"a": [1, {"b": 1e20}]}', ".a.1.b", f"at most {2**63 - 1}"),
    (b'{"a": [1, {"b": -1000000000000000000000000000000}]}', ".a.1.b", f"at least {-(2**63)}"),
])  # fmt: skip
def test_error_for_a_number_beyond_64_bits_names_its_place(
    control: Control, body: bytes, field: str, reason: str
) -> None:
    message = error_message(control, "POST", "faults", fault_with_body(body))
    assert message == f"400 answer.body{field}: must be {reason}"
    assert control.done("GET", "faults") == []


@pytest.mark.parametrize("body", [
    b"9223372036854775807", b"-9223372036854775808", b"1.5", b"0.1", b"null", b"true", b'"x"',
    b"[]", b'{"a":{"b":[1,{"c":null}]}}', nested(98),
])  # fmt: skip
def test_fault_body_may_be_any_other_json(control: Control, body: bytes) -> None:
    given = control.request("POST", "faults", content=fault_with_body(body), headers=JSON)
    assert given.status_code == 201
    shown = control.done("GET", "faults")
    assert json.loads(body) == shown[0]["answer"]["body"]
    response = control.get("/user/", control.token())
    if body == b"null":
        body = response.content.rstrip()
    assert (response.status_code, response.content) == (503, body + b"\n")


@pytest.mark.parametrize("path", ["faults", "journal/count", "calls", "reset", "tokens"])
def test_deeply_nested_json_is_refused(control: Control, path: str) -> None:
    for depth, words in ((100, "nested more than 100 levels"), (300, "nested"), (5000, "depth")):
        assert words in error_message(control, "POST", path, b'{"body": ' + nested(depth) + b"}")


def group(key: bytes) -> bytes:
    """Return a state with one group that has this id."""
    entry = b'"name": "x", "client_id": 12, "extra_params": null'
    return b'{"extension_group": [{"id": ' + key + b", " + entry + b"}]}"


def with_extra_keys(content: bytes) -> bytes:
    """Return a state with additional keys next to the entries of a collection."""
    return b'{"extension": {"entries": [], ' + content + b"}}"


@pytest.mark.parametrize(("content", "words"), [
    (b'{"fax": [' + nested(300) + b"]}", "body: is nested more than 100 levels deep"),
    (b'{"fax": ["\\udc00"]}', "body: cannot be read as JSON: invalid high surrogate"),
    (b'\xef\xbb\xbf{"fax": []}', "body: begins with a byte order mark"),
    (group(b"9223372036854775808"), "entry 1 (id 9223372036854775808): id: must be at most 92233"),
    (group(b"18446744073709551616"), "id: must be a whole number from -9223372036854775808 to 9"),
    (with_extra_keys(b'"gone": [18446744073709551616]'), "gone: must be a list of keys"),
    (with_extra_keys(b'"gone": [-9223372036854775809]'), "gone: must be a list of keys"),
    (with_extra_keys(b'"next_id": 1e20'), "next_id: must be a whole number"),
])  # fmt: skip
def test_import_of_a_state_that_cannot_be_exported_is_refused(
    control: Control, content: bytes, words: str
) -> None:
    before = control.request("GET", "state").content
    message = error_message(control, "PUT", "state", content)
    assert message.startswith("400 ")
    assert words in message
    assert control.request("GET", "state").content == before


@pytest.mark.parametrize("form", ["json", "zip"])
def test_any_text_survives_export_and_import(control: Control, form: str) -> None:
    headers = control.token()
    for name in ODD:
        control.make_group(headers, name)
    exported = control.http.get("/__mock__/state", params={"format": form})
    control.done("POST", "reset")
    media_type = {"Content-Type": exported.headers["Content-Type"]}
    control.done("PUT", "state", content=exported.content, headers=media_type)
    assert control.groups(control.token())[-len(ODD) :] == ODD
    assert control.http.get("/__mock__/state", params={"format": form}).content == exported.content


@pytest.mark.parametrize(("body", "shown"), [
    (b'{"name": "x", "more": ' + nested(89) + b"}", True),
    (b'{"name": "x", "more": ' + nested(200) + b"}", False),
    (b'{"name": "x", "more": ' + nested(900) + b"}", False),
    (b'{"name": NaN}', False),
    (b'{"name": "\\ud800"}', False),
    (b'\xef\xbb\xbf{"name": "x"}', False),
    (b'{"name": "x", "more": 18446744073709551616}', True),
])  # fmt: skip
def test_journal_shows_a_body_only_if_it_can_be_written_as_json(
    control: Control, body: bytes, shown: bool
) -> None:
    headers = {**control.token(), **JSON}
    control.http.post(f"{API}/client/@me/extension_group/", content=body, headers=headers)
    entry = control.done("GET", "journal")[-1]
    assert entry["body"] == (json.loads(body) if shown else None)
    assert entry["size"] == len(body)


@pytest.mark.parametrize(("text", "words"), [
    ("&a [*a]", ("line 1: is not valid YAML: *a refers to an anchor that is not defined"
" before it, or that contains it")),
    ("{1: 2}", "fault 1: cannot be written as JSON"),
    ("!!binary aGVsbG8=", "fault 1: cannot be written as JSON"),
    ("18446744073709551615", f"fault 1: answer.body: must be at most {2**63 - 1}"),
    ("[18446744073709551616]", "line 1: is not valid YAML: 18446744073709551616 has more than 64"),
    ("[" * 300 + "]" * 300, "is nested more than 100 levels deep"),
])  # fmt: skip
def test_faults_file_value_that_json_cannot_express_is_refused(
    tmp_path: Path, text: str, words: Any
) -> None:
    path = tmp_path / "faults.yaml"
    path.write_text(f"answer: {{status: 503, body: {text}}}", "utf-8")
    with pytest.raises(ConfigError) as caught:
        read_fault_file(path)
    assert words in str(caught.value)
