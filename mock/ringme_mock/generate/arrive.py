"""Simulated arrivals: one call, voice message, fax or registration of a number."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import islice
from mimetypes import MimeTypes
from pathlib import Path
from random import Random
from typing import Any

from ringme_mock.errors import invalid, missing
from ringme_mock.generate.datetimes import FIRST_YEAR, datetime_text, parse_datetime
from ringme_mock.generate.makers import Values, read_maker
from ringme_mock.generate.template import AT, LAST, Template
from ringme_mock.store.collection import Entry, Key, Taken
from ringme_mock.store.made_files import is_makeable, made_size
from ringme_mock.store.quotas import check_quota
from ringme_mock.store.state import State
from ringme_mock.store.store import Query, Store
from ringme_spec.collections import CollectionRule, Content
from ringme_spec.contract import Contract
from ringme_spec.document import read_yaml
from ringme_spec.errors import ConfigError

ARRIVALS = Path(__file__).with_name("arrivals.yaml")
_LONGEST = 100
_SHOWN = 20
ATTEMPTS = 100
_nodes = cache(lambda: read_yaml(ARRIVALS))


class Arrivals:
    """Maker of entries of one collection for numbers. Raises the 400 if it cannot make them."""

    def __init__(self, contract: Contract, name: str) -> None:
        nodes = _nodes()
        if name not in nodes or name not in contract.collections:
            known = ", ".join(one for one in nodes if one in contract.collections) or "nothing"
            raise invalid(f"{name}: cannot be simulated; possible: {known}")
        node = nodes[name]
        self.rule: CollectionRule = contract.collections[name]
        self.of: str = node["of"]
        if self.of not in self.rule.within or self.rule.range is None:
            raise invalid(f"{name}: cannot be simulated without {self.of} and a range of time")
        self.template = Template(contract, f"{ARRIVALS.name}: {name}", node, self.rule)
        self.share = read_maker(node["share"])
        self._properties = {
            prop: contract.schemas.compile(schema)
            for prop, schema in contract.schemas.properties(self.rule.stored).items()
        }
        self._preferred: list[str] = node.get("files", [])
        self._ends: list[str] = node.get("ends", [])
        self._known_files: tuple[Mapping[str, bytes] | None, list[str]] = (None, [])
        self._implied: dict[str, Values] = node.get("implied", {})
        self._follows = {**_follows(self.rule, self.of), **self.template.follows}

    def make(
        self,
        store: Store,
        values: Values,
        key: int | None,
        random: Random,
        over_at: datetime | None = None,
    ) -> Entry:
        """Make an entry as `Template.make` does; `values` include those of `owners`.

        `over_at` is the latest end of the entry, which begins earlier accordingly.
        """
        draft = self.template.draft(values, random)
        if over_at is not None:
            draft[AT] = self._begin(draft, over_at)
        draft.update(self._content(store, draft, random))
        return self.template.make(draft, key)

    def _begin(self, values: Values, over_at: datetime) -> datetime:
        """Return the latest possible begin. Raises the 400 if it is before FIRST_YEAR."""
        early = invalid(f"{', '.join(self._ends)}: begins before the year {FIRST_YEAR}")
        try:
            latest = over_at - timedelta(seconds=sum(values[name] for name in self._ends))
        except OverflowError:
            raise early from None
        if latest.year < FIRST_YEAR:
            raise early
        at: datetime = values.get(AT, latest)
        return min(at, latest)

    def owners(self, store: Store, number: Entry) -> Values:
        """Collect the values from a number: itself and its owners, and their keys."""
        values: Values = {}
        for owner, link in self.rule.within.items():
            if owner == self.of:
                found: Entry | None = number
            else:
                key = store.owner_key(self.of, number, owner)
                found = None if key is None else store[owner].get(key)
            values[owner] = found
            if link.property:
                values[link.property] = None if found is None else found[store[owner].rule.key]
        return values

    def check(self, given: Mapping[str, Any]) -> Values:
        """Check given values for `make`. Raises the 400 that names the field."""
        follows = self._follows
        values: Values = {}
        for name, value in given.items():
            if name in follows:
                raise invalid(f"{name}: cannot be given, it is determined by {follows[name]}")
            if name in self.template.given:
                if value is not None:
                    values[name] = _datetime(value) if name == AT else _party(name, value)
            elif name in self._properties:
                for field, reason in self._properties[name].problems(value, name):
                    raise invalid(f"{field}: {reason}")
                values[name] = value
            else:
                settable = [one for one in self.rule.properties if one not in follows]
                known = ", ".join([*self.template.given, *settable])
                raise invalid(f"{name[:_LONGEST]}: is unknown; known: {known}")
        for name in [one for one in self._implied if one in values]:
            values = {**self._implied[name], **values}
        return values

    def last(self, store: Store, number: Entry, at: datetime) -> Entry | None:
        """Find the number's newest entry up to this time."""
        query = Query(end=datetime_text(at, hundredths=True), descending=True, limit=1)
        key = number[store[self.of].rule.key]
        return next(store.find(self.rule.name, query, (self.of, key)), None)

    def _content(self, store: Store, values: Values, random: Random) -> Values:
        """Choose a file and return it with its size; None if one can be made. Raises the 400."""
        content = self.rule.content
        if content is None:
            return {}
        if content.file in values:
            name = values[content.file]
            if name is not None and name not in store.files:
                names = ", ".join(islice(store.files, _SHOWN))
                raise invalid(f"{content.file}: no such file {name[:_LONGEST]}; files: {names}")
        else:
            found = self._files(store, content)
            name = random.choice(found) if found else None
        if name is None and not is_makeable(content):
            raise invalid(f"{content.file}: there is no file of the type {content.media_type}")
        size = made_size(content, values) if name is None else len(store.files[name])
        return {content.file: name, content.size: size}

    def _files(self, store: Store, content: Content) -> list[str]:
        """List the preferred files of the right type, or all of that type if one is needed."""
        # Cached, as all sessions share the files of the fixtures. Read and set as one tuple, as
        # bulk entries are made in a thread.
        files, found = self._known_files
        if files is not store.files:
            fitting = sorted(one for one in store.files if _media_type(one) == content.media_type)
            found = [one for one in self._preferred if one in fitting]
            if not found and not is_makeable(content):
                found = fitting
            self._known_files = store.files, found
        return found


def _follows(rule: CollectionRule, of: str) -> dict[str, str]:
    """Map the properties that cannot be given to what determines them."""
    found = {link.property: of for link in rule.within.values() if link.property}
    if rule.sequence:
        found[rule.key] = "the keys before it"
    if rule.content:
        content = rule.content
        found[content.size] = " and ".join(filter(None, (content.file, content.length)))
    return found


@lru_cache(maxsize=16)
def arrivals_of(contract: Contract, name: str) -> Arrivals:
    return Arrivals(contract, name)


def arrive(
    state: State,
    contract: Contract,
    collection: str,
    number: Key,
    given: Mapping[str, Any],
    random: Random,
) -> Entry:
    """Make and store one entry of a collection for the number with this key.

    `given` may hold `at` (now by default), `from`, `to`, and properties of the entry; the rest is
    generated. Returns the stored entry. Raises the 404 for an unknown number, and the 400 that
    names the field for an invalid value.
    """
    try:
        name = _instead(contract, collection, given)
        return _arrive(state, arrivals_of(contract, name), number, given, random)
    except ConfigError as error:
        raise invalid(str(error)) from None


def _instead(contract: Contract, collection: str, given: Mapping[str, Any]) -> str:
    """Return the collection that an entry with these values belongs to."""
    for other, values in _nodes().get(collection, {}).get("instead", {}).items():
        found = any(given.get(name) in those for name, those in values.items())
        if found and other in contract.collections:
            return str(other)
    return collection


def _arrive(
    state: State, found: Arrivals, number: Key, given: Mapping[str, Any], random: Random
) -> Entry:
    store = state.store
    values = found.check(given)
    called = store[found.of].get(number) if isinstance(number, int | str) else None
    if called is None:
        raise missing(store[found.of].rule)
    # Without fraction, so that a list up to now includes the entry.
    now = state.clock.now().replace(microsecond=0, tzinfo=None)
    check_quota(state, found.rule.name)
    values[LAST] = found.last(store, called, values.get(AT, now))
    over_at = None if AT in values else now
    return _insert(found, store, {**found.owners(store, called), **values}, random, over_at)


def _insert(
    found: Arrivals, store: Store, values: Values, random: Random, over_at: datetime | None
) -> Entry:
    """Store a new entry; make it again if its random key is taken."""
    kept, rule = store[found.rule.name], found.rule
    key = kept.next_key if rule.sequence else None
    for _ in range(ATTEMPTS):
        entry = found.make(store, values, key, random, over_at)
        try:
            kept.insert(entry)
        except Taken:
            if rule.key in values:
                break
        else:
            return entry
    raise invalid(f"{rule.key}: is taken")


# Without the files of the system, so that all machines have the same types.
_MEDIA_TYPES = MimeTypes(filenames=())


def _media_type(name: str) -> str | None:
    return _MEDIA_TYPES.guess_type(name)[0]


def _datetime(value: Any) -> datetime:
    at = parse_datetime(value) if isinstance(value, str) else None
    if at is None:
        raise invalid(f"{AT}: must be a date-time that exists, YYYY-MM-DD HH:MM:SS, in UTC")
    return at


def _party(name: str, value: Any) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise invalid(f"{name}: must be text of 1 to {_LONGEST} characters")
    return value
