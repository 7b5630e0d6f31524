"""Deviations: responses that are not as expected, with clues to the cause of each."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import takewhile
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from ringme_contract.differences import differences
from ringme_contract.recording import Exchange
from ringme_spec.contract import Contract

# Sorts of clues: a wrong response of an operation (or of any), a write whose effect a later
# response lacks, a query parameter, an operation as such.
RESPONSE, EFFECT, QUERY, OPERATION = "response", "effect", "query", "operation"
REQUIRED = "required query"
ANY = "*"
NO_EFFECT, OTHER_EFFECT = "has no effect", "has another effect than expected"
_UNDOCUMENTED = "undocumented status"
_GONE = 404
# Characters of a text that are shown, and how many of them come before the difference.
_LENGTH, _BEFORE = 60, 20


@dataclass(frozen=True)
class Clue:
    """A possible cause of a deviation: its sort, the operation (ANY: all), and details."""

    sort: str
    operation: str
    detail: str = ""


@dataclass(frozen=True)
class Deviation:
    """A response that is not as expected.

    `write` is the earlier request whose effect it should show, `effect` tells if that write did
    anything, and `led` are earlier writes of the entries that it is about. `clues` are its possible
    causes; `met` are problems of earlier requests.
    """

    exchange: Exchange
    expected: object = None
    got: object = None
    write: Exchange | None = None
    effect: str = ""
    led: tuple[Exchange, ...] = ()
    clues: frozenset[Clue] = field(default_factory=frozenset)
    met: frozenset[Clue] = field(default_factory=frozenset)


def trace(deviation: Deviation, evidence: Sequence[Exchange], contract: Contract) -> Deviation:
    """Adds its clues to a deviation; `evidence` are all requests of its check, in order."""
    earlier = before(deviation.exchange, evidence)
    write = _write(deviation, earlier)
    clues = set(_clues(deviation, contract))
    effect = _effect(deviation, write) if write else ""
    # Entries beside the one that a POST created were there before, or another check made them.
    if write and (effect == NO_EFFECT or write.method != "POST"):
        clues.add(Clue(EFFECT, _name(write)))
    met = {clue for one in earlier for clue in _wrong(one, contract)}
    met |= {Clue(EFFECT, _name(one)) for one in earlier if _writes(one)}
    led = _led(deviation.exchange, write, earlier)
    return replace(
        deviation, write=write, effect=effect, led=led, clues=frozenset(clues), met=frozenset(met)
    )


def before(exchange: Exchange, evidence: Sequence[Exchange]) -> Sequence[Exchange]:
    """The requests before a given one; all of them if it is not there."""
    places = (place for place, one in enumerate(evidence) if one is exchange)
    return evidence[: next(places, len(evidence))]


def _clues(deviation: Deviation, contract: Contract) -> Iterator[Clue]:
    exchange = deviation.exchange
    name = _name(exchange)
    yield Clue(OPERATION, name)
    wrong = list(_wrong(exchange, contract))
    yield from wrong
    wanted, found = status_of(deviation.expected), status_of(deviation.got)
    if wanted and found and wanted != found:
        yield Clue(RESPONSE, name, f"status {found}")
        if found >= 400:
            # Successful responses have little in common.
            yield Clue(RESPONSE, ANY, f"status {found}")
        yield from _both(name, f"status {found} instead of {wanted}")
    if wrong:
        return
    if isinstance(deviation.expected, str) and isinstance(deviation.got, str) and found is None:
        got, expected = _around_difference(deviation.got, deviation.expected)
        yield from _both(name, f"{got!r} instead of {expected!r}")
    if 200 <= exchange.status < 300:
        operation = contract.operations.get(name)
        required = {one.name for one in operation.parameters if one.required} if operation else ()
        for query in {key for key, _ in parse_qsl(urlsplit(exchange.url).query, True)}:
            sort = REQUIRED if query in required else QUERY
            yield from (Clue(sort, name, query), Clue(sort, ANY, query))
        for one in {one.name for one in differences(deviation.expected, deviation.got) if one.name}:
            yield from _both(name, f"another {one}")


def _wrong(exchange: Exchange, contract: Contract) -> Iterator[Clue]:
    """Problems of a response, whoever requested it: against the document, or a 5xx."""
    name, status = _name(exchange), exchange.status
    for problem in exchange.problems[:3]:
        text = problem.removeprefix(f"{name}: ").removeprefix(f"{name} {status}: ")
        if text.startswith(_UNDOCUMENTED):
            yield from _both(name, f"status {status}")
            if 200 <= status < 300 and name in contract.operations:
                expected = contract.operations[name].status
                yield from _both(name, f"status {status} instead of {expected}")
        else:
            yield from _both(name, re.sub(r"^\S*[.\]](?=\w+: )|\[\d+\]", "", text))
    if status >= 500 and not exchange.problems:
        yield from _both(name, f"status {status}")


def _around_difference(*texts: str) -> Iterator[str]:
    alike = takewhile(lambda signs: len(set(signs)) == 1, zip(*texts, strict=False))
    start = max(0, len(list(alike)) - _BEFORE)
    return (f"{'...' if start else ''}{text[start : start + _LENGTH]}" for text in texts)


def _both(name: str, detail: str) -> Iterable[Clue]:
    return Clue(RESPONSE, name, detail), Clue(RESPONSE, ANY, detail)


def status_of(value: object) -> int | None:
    """The status that a text like `404 {...}` begins with; None for other values."""
    found = re.match(r"([1-5]\d\d)\b", str(value)) if isinstance(value, int | str) else None
    return int(found[1]) if found else None


# --- the write that a later response should show


def _write(deviation: Deviation, earlier: Sequence[Exchange]) -> Exchange | None:
    """The last successful write of the entry that the response shows wrongly."""
    path, ids = _path(deviation.exchange), _ids(deviation)
    for one in reversed(earlier):
        if not _writes(one):
            continue
        target, key = _target(one)
        same = f"{target}/" in f"{path}/"
        if ids is None:
            if same and _GONE in (status_of(deviation.expected), status_of(deviation.got)):
                return one
        elif same or key in ids or (one.method == "DELETE" and _path(one) == path):
            return one
    return None


def _led(
    exchange: Exchange, write: Exchange | None, earlier: Sequence[Exchange]
) -> tuple[Exchange, ...]:
    """Earlier writes of the entries in a request's path and body, and of those in theirs."""
    paths = f"{_path(exchange)}/"
    values = set(map(str, _object(exchange.request_body).values()))
    led: list[Exchange] = []
    for one in reversed(earlier):
        if not _writes(one):
            continue
        target, key = _target(one)
        if one is write or f"{target}/" in paths or (one.method == "POST" and key in values):
            led.insert(0, one)
            paths += f" {_path(one)}/"
            values |= set(map(str, _object(one.request_body).values()))
    return tuple(led)


def _ids(deviation: Deviation) -> set[str] | None:
    """Ids in and around the differences of two values; None if statuses differ."""
    pair = deviation.expected, deviation.got
    if all(map(status_of, pair)):
        return None
    found = differences(*pair)
    are_keys = all(isinstance(one, int | str | None) for one in pair)
    values: set[object] = set(pair) if are_keys else set()
    for one in found:
        if one.name.endswith("id"):
            values |= {value for value in one.values if isinstance(value, int | str)}
        if isinstance(one.entry, dict):
            values.add(one.entry.get("id"))
    return {str(one) for one in values if one not in (None, True, False, "")}


def _writes(exchange: Exchange) -> bool:
    return exchange.method in ("POST", "PUT", "DELETE") and 200 <= exchange.status < 300


def _target(write: Exchange) -> tuple[str, str]:
    """The entry of a write: the end of its path, such as `/group/3`, and its id."""
    path, key = _path(write), ""
    if write.method == "POST":
        key = str(_object(write.response_body).get("id", ""))
        path = f"{path}/{key}"
    parts = path.split("/")
    return "/" + "/".join(parts[-2:]), key or parts[-1]


def _effect(deviation: Deviation, write: Exchange) -> str:
    """NO_EFFECT if the write did nothing, as far as the deviation shows; else OTHER_EFFECT."""
    wanted, found = status_of(deviation.expected), status_of(deviation.got)
    key = _target(write)[1]
    if write.method == "PUT":
        body = _object(write.request_body)
        names = {one.name for one in differences(deviation.expected, deviation.got)}
        return NO_EFFECT if names & body.keys() else OTHER_EFFECT
    gone = write.method == "DELETE"
    if wanted and found:
        return NO_EFFECT if (wanted == _GONE) is gone else OTHER_EFFECT
    for one in differences(deviation.expected, deviation.got):
        entry = one.values[1 if gone else 0]
        other = one.values[0 if gone else 1]
        if isinstance(entry, dict) and other is None and str(entry.get("id")) == key:
            return NO_EFFECT
    return OTHER_EFFECT


def _object(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _path(exchange: Exchange) -> str:
    return urlsplit(exchange.url).path.rstrip("/")


def _name(exchange: Exchange) -> str:
    return exchange.operation or ""
