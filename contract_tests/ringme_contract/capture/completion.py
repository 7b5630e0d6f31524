"""Completes entries with values that a service does not show: derived, given, or made up."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from ringme_contract.capture.gather import Found
from ringme_contract.capture.listings import Entry
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from ringme_spec.operations import Operation
from ringme_spec.schema import Schema

# The mock makes no larger file.
MOST_BYTES = 64 * 1024 * 1024
# The beginning of a made-up password; the rest is set once the logins are made up.
_PASSWORD = "mock-"
# Forms of made-up texts; the first that the schema allows is used.
_FORMS = ("{name}", "{digest}", "https://example.com/{name}", "1", "2000-01-01 00:00:00")


class Completion:
    """Completes the entries of a capture in place.

    `given` are values that the target file gives, by collection and property; `source` is the name
    of that file.
    """

    def __init__(
        self, contract: Contract, found: Found, given: Mapping[str, Mapping[str, Any]], source: str
    ) -> None:
        self._contract = contract
        self._found = found
        self._given = given
        self._source = source
        self._check_given()

    def run(self) -> dict[str, list[Any]]:
        """Complete all; return keys of deleted entries that are still used, by collection."""
        entries = self._found.entries
        self._make_applications()
        for name, rule in self._contract.collections.items():
            entries[name] = [self._complete(rule, one) for one in entries[name]]
            for one in entries[name]:
                self._drop_file(rule, one)
        for rule in self._contract.collections.values():
            self._settle_references(rule)
        for name, rule in self._contract.collections.items():
            entries[name] = list(self._valid(rule, entries[name]))
        return self._gone()

    def _check_given(self) -> None:
        for name, values in self._given.items():
            rule = self._contract.collections.get(name)
            unknown = [f"{name}.{one}" for one in values if rule and one not in rule.properties]
            if rule is None or unknown:
                what = unknown[0] if unknown else name
                raise ConfigError(
                    f"{self._source}: capture.{what}: the document has no such collection or"
                    " property"
                )

    # --- values that are not shown

    def _make_applications(self) -> None:
        token, applications = self._contract.token_operation, applications_of(self._contract)
        if token is None or applications is None or self._found.entries[applications[0].name]:
            return
        rule, kind_of = applications
        users = token.collection
        user = self._found.entries[users.name][0][users.key]
        to_user = [prop for prop, one in rule.references.items() if one.collection == users.name]
        self._found.entries[rule.name] = [
            {kind_of: kind, **dict.fromkeys(to_user, user)}
            for kind in sorted(_kinds(token), reverse=True)
        ]

    def _complete(self, rule: CollectionRule, entry: Entry) -> Entry:
        whole = {name: entry[name] for name in rule.properties if name in entry}
        for name in rule.shown_as_text:
            if isinstance(whole.get(name), str) and whole[name].isdecimal():
                whole[name] = int(whole[name])
        # The properties that the schema requires.
        problems = self._contract.schemas.compile(rule.stored).problems({})
        required = {field for field, _ in problems}
        for name, schema in _resolved(self._contract, rule).items():
            if schema.get("format") == "password":
                # Secrets of the service are never kept.
                whole[name] = _PASSWORD
            elif name not in whole:
                value = self._missing(rule, name, schema)
                if value is None and name in required:
                    value = self._make_up(rule, name, schema, whole)
                if value is not None:
                    whole[name] = value
        return whole

    def _missing(self, rule: CollectionRule, name: str, schema: Schema) -> Any:
        """Find a value that is given or follows from others; None without one."""
        given = self._given.get(rule.name, {})
        if name in given:
            return given[name]
        initial = rule.initial.get(name)
        if initial is not None and not isinstance(initial, dict):
            return initial
        sources = (self._copied(rule, name), self._default(rule, name), schema.get("default"))
        return next((one for one in sources if one is not None), None)

    def _copied(self, rule: CollectionRule, name: str) -> Any:
        """Find a value of an owner in its entries, which copy its domain or number prefix."""
        where, values = f"{rule.name}.{name}", []
        for other in self._contract.collections.values():
            entries = self._found.entries[other.name]
            copies = [prop for prop, one in other.initial.items() if one == {"copy": where}]
            values += [one[prop] for prop in copies for one in entries if prop in one]
            numbering = other.numbering
            if numbering and numbering.owner == rule.name:
                texts = [str(one.get(numbering.property)) for one in entries]
                parts = [one.partition(numbering.separator) for one in texts]
                if numbering.prefix == name:
                    values += [prefix for prefix, _, digits in parts if digits]
                if numbering.digits == name:
                    values += [len(digits) for _, _, digits in parts if digits]
        return Counter(values).most_common(1)[0][0] if values else None

    def _default(self, rule: CollectionRule, name: str) -> Any:
        for one in self._contract.operations.values():
            if one.action == "create" and one.collection_rule is rule and one.json_body:
                return one.json_body.defaults.get(name)
        return None

    def _make_up(self, rule: CollectionRule, name: str, schema: Schema, entry: Entry) -> Any:
        """Make a value that the schema allows. Raises ConfigError if only the user can know it."""
        is_valid = self._contract.schemas.compile(schema).is_valid
        digest = hashlib.sha256(f"{rule.name} {name} {entry}".encode()).hexdigest()[:32]
        word = f"{rule.name}-{entry.get(rule.key) or digest[:8]}"
        forms = [one.format(name=word, digest=digest) for one in _FORMS]
        email = f"{word}@example.com"
        personal = "x-personal" in schema and schema["x-personal"] not in ("phone", "domain")
        values = [*schema.get("enum", ())[:1], False]
        is_formal = "pattern" in schema and "x-personal" not in schema
        if personal or is_formal or name == rule.key:
            values += [*forms[:1], email, *forms[1:]]
        for value in values:
            if is_valid(value):
                return value
        raise ConfigError(
            f"{rule.name}.{name}: the service does not show it; set it in {self._source}:"
            f" [capture.{rule.name}] {name} = ..."
        )

    # --- data that the mock would not serve

    def _drop_file(self, rule: CollectionRule, entry: Entry) -> None:
        """Drop the file of a recording: none leaves the service, and the mock generates one."""
        if rule.content is None:
            return
        entry.pop(rule.content.file, None)
        size = entry.get(rule.content.size)
        if isinstance(size, int) and size > MOST_BYTES:
            entry[rule.content.size] = MOST_BYTES
            self._found.notes.append(
                f"{rule.name} {entry.get(rule.key)}: its file is generated with {MOST_BYTES} bytes"
            )

    def _settle_references(self, rule: CollectionRule) -> None:
        """Clear references to entries that were not captured, or leave out their holders."""
        for prop, reference in rule.references.items():
            known = self._keys(reference.collection)
            kept = []
            for one in self._found.entries[rule.name]:
                if one.get(prop) is not None and one[prop] not in known:
                    if reference.gone == "delete":
                        self._leave_out(rule, one, f"{prop}: no {reference.collection} {one[prop]}")
                        continue
                    one[prop] = None
                kept.append(one)
            self._found.entries[rule.name] = kept

    def _valid(self, rule: CollectionRule, entries: list[Entry]) -> Iterator[Entry]:
        validator = self._contract.schemas.compile(rule.stored)
        for one in entries:
            problem = next(iter(validator.problems(one)), None)
            if problem is None:
                yield one
            elif rule.name == next(iter(self._contract.user_types)):
                raise ConfigError(f"{rule.name} {one.get(rule.key)}: {problem[0]}: {problem[1]}")
            else:
                self._leave_out(rule, one, f"{problem[0]}: {problem[1]}")

    def _leave_out(self, rule: CollectionRule, entry: Entry, why: str) -> None:
        self._found.notes.append(f"{rule.name} {str(entry.get(rule.key))[:60]}: left out: {why}")

    def _gone(self) -> dict[str, list[Any]]:
        found: dict[str, set[Any]] = {}
        for rule in self._contract.collections.values():
            for owner, link in rule.within.items():
                if link.property is None or link.property in rule.references:
                    continue
                keys = {one.get(link.property) for one in self._found.entries[rule.name]}
                found.setdefault(owner, set()).update(keys - self._keys(owner) - {None})
        return {name: sorted(keys) for name, keys in found.items() if keys}

    def _keys(self, name: str) -> set[Any]:
        key = self._contract.collections[name].key
        return {one[key] for one in self._found.entries[name]}


def set_passwords(contract: Contract, entries: dict[str, list[Entry]]) -> None:
    """Set each password to `mock-` and the login."""
    for name, rule in contract.collections.items():
        login = rule.unique.property if rule.unique else rule.key
        for prop, schema in _resolved(contract, rule).items():
            if schema.get("format") == "password":
                for one in entries[name]:
                    one[prop] = f"{_PASSWORD}{one[login]}"


def applications_of(contract: Contract) -> tuple[CollectionRule, str] | None:
    """Find the collection of applications, and the property that is the type of one."""
    token = contract.token_operation
    if token is None:
        return None
    for rule in contract.collections.values():
        if token.collection.name in {one.collection for one in rule.references.values()}:
            for prop, schema in _resolved(contract, rule).items():
                if _kinds(token) <= set(schema.get("enum", ())):
                    return rule, prop
    return None


def _kinds(token: Operation) -> set[str]:
    return {kind for grant in token.resource["grants"].values() for kind in grant["for"]}


def _resolved(contract: Contract, rule: CollectionRule) -> dict[str, Schema]:
    properties = contract.schemas.properties(rule.stored)
    return {name: contract.schemas.resolve(one) for name, one in properties.items()}
