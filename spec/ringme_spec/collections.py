"""Collections that the document declares in `x-collections`, and their relations."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from ringme_spec.errors import ConfigError, read_each, reason_of
from ringme_spec.gathered import Gathered, PartOf, read_gathered
from ringme_spec.schema import Schema, Schemas


@dataclass(frozen=True)
class Owner:
    """Owner of an entry: by a property with the owner's key, or through another owner."""

    property: str | None = None
    through: str | None = None


@dataclass(frozen=True)
class Unique:
    """Property that no two entries share, within one owner or (None) in the whole service."""

    property: str
    within: str | None = None


@dataclass(frozen=True)
class Reference:
    """Property with the key of another entry, and what happens when that entry is deleted.

    `gone` is `release` (the property becomes null) or `delete` (this entry is deleted, too). `zero`
    is `none` if requests may send 0 for no entry, which is stored as null.
    """

    collection: str
    gone: str
    zero: str | None = None


@dataclass(frozen=True)
class Numbering:
    """Property made of prefix, separator and digits; the owner has prefix and length."""

    property: str
    owner: str
    prefix: str
    separator: str
    digits: str


@dataclass(frozen=True)
class RangeRule:
    """Time property that ranges apply to, and the longest range in months (None: no limit).

    `up_to` is `end_of_month` or `same_moment`.
    """

    property: str
    months: int | None = None
    up_to: str = "same_moment"


@dataclass(frozen=True)
class Content:
    """File of an entry: properties with its name in storage, its size, and its download name.

    Without a property for it, the download name is the key with `extension`. `length` is the
    property with the duration in seconds.
    """

    file: str
    size: str
    media_type: str
    name: str | None = None
    extension: str = ""
    length: str | None = None


@dataclass(frozen=True)
class Refused:
    """Values that a property may not have if the owner has the values of `where`."""

    property: str
    values: Sequence[Any]
    owner: str
    where: dict[str, Any]
    message: str


@dataclass(frozen=True)
class CollectionRule:
    """Collection as the document declares it.

    `texts` are the properties without a maximum length, `defaults` the default values in the stored
    schema. `parts` are the collections that are part of this one. `grouped` are the properties that
    entries are gathered by.
    """

    name: str
    key: str
    stored: Schema
    properties: tuple[str, ...]
    texts: tuple[str, ...]
    sequence: bool
    sequence_of: str | None
    missing: str | None
    missing_message: str
    defaults: dict[str, Any]
    within: dict[str, Owner]
    order: tuple[str, ...]
    initial: dict[str, Any]
    unique: Unique | None
    refused: tuple[Refused, ...]
    shown_as_text: tuple[str, ...]
    fixed: tuple[str, ...]
    references: dict[str, Reference]
    numbering: Numbering | None
    range: RangeRule | None
    content: Content | None
    part_of: PartOf | None = None
    gathered: Gathered | None = None
    parts: tuple[str, ...] = ()
    grouped: tuple[str, ...] = ()

    @property
    def is_stored(self) -> bool:
        """False if entries are made of others, so that none are stored."""
        return self.gathered is None

    @cached_property
    def has_made_entries(self) -> bool:
        """True if lists show entries made of those of other collections."""
        return bool(self.parts) or not self.is_stored

    def owner_property(self, owner: str) -> str | None:
        """Return the property with the key of `owner`, if entries belong to it directly."""
        found = self.within.get(owner)
        return found.property if found else None

    @property
    def indexed(self) -> tuple[str, ...]:
        """Properties that entries are indexed by: keys of owners and references."""
        names = [owner.property for owner in self.within.values() if owner.property]
        return tuple(dict.fromkeys([*names, *self.references]))


def read_collections(document: dict[str, Any], schemas: Schemas) -> dict[str, CollectionRule]:
    """Read all collections by name. Raises ConfigError for inconsistent ones."""
    nodes = document.get("x-collections", {}).items()
    rules = read_each(nodes, lambda item: _read_named(item[0], item[1], schemas))
    found = {rule.name: rule for rule in rules}
    read_each(rules, lambda rule: _check_names(rule, found))
    found = _with_parts(found)
    read_each(found.values(), lambda rule: _check_relations(rule, found, schemas))
    return found


def _read_named(name: str, node: dict[str, Any], schemas: Schemas) -> CollectionRule:
    try:
        return _read_collection(name, node, schemas)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ConfigError(f"x-collections.{name}: {reason_of(error)}") from None


def _with_parts(found: dict[str, CollectionRule]) -> dict[str, CollectionRule]:
    """Add to each collection its parts, and the properties that it is gathered by."""
    by = {one.gathered.of: one.gathered.by for one in found.values() if one.gathered}
    whole = {one.name: one.part_of.collection for one in found.values() if one.part_of}
    linked = {}
    for name, rule in found.items():
        parts = tuple(part for part, of in whole.items() if of == name)
        grouped = by.get(whole.get(name, name))
        linked[name] = replace(rule, parts=parts, grouped=(grouped,) if grouped else ())
    return linked


def _read_collection(name: str, node: dict[str, Any], schemas: Schemas) -> CollectionRule:
    stored, key = node["stored"], node["key"]
    properties = schemas.properties(stored)
    return CollectionRule(
        name=name,
        key=key,
        stored=stored,
        properties=tuple(properties),
        texts=tuple(prop for prop in properties if _is_any_text(schemas, properties[prop])),
        sequence=node.get("identifiers") == "sequence",
        sequence_of=node.get("sequence_of"),
        missing=node.get("missing"),
        missing_message=node.get("missing_message", f"No such {name.replace('_', ' ')}"),
        defaults={
            prop: one["default"]
            for prop, value in properties.items()
            if "default" in (one := schemas.resolve(value))
        },
        within={
            owner: Owner(value) if isinstance(value, str) else Owner(**value)
            for owner, value in node.get("within", {}).items()
        },
        order=tuple(node.get("order", [key])),
        initial=node.get("initial", {}),
        unique=Unique(**node["unique"]) if "unique" in node else None,
        refused=tuple(Refused(**one) for one in node.get("refused", [])),
        shown_as_text=tuple(node.get("shown_as_text", [])),
        fixed=tuple(node.get("fixed", [])),
        references={prop: Reference(**value) for prop, value in node.get("references", {}).items()},
        numbering=_read_numbering(node["numbering"]) if "numbering" in node else None,
        range=RangeRule(**node["range"]) if "range" in node else None,
        content=Content(**node["content"]) if "content" in node else None,
        part_of=PartOf(**node["part_of"]) if "part_of" in node else None,
        gathered=read_gathered(node["gathered"]) if "gathered" in node else None,
    )


def _is_any_text(schemas: Schemas, schema: Schema) -> bool:
    schema = schemas.resolve(schema)
    return schema.get("type") == "string" and not {"maxLength", "enum"} & schema.keys()


def _read_numbering(node: dict[str, str]) -> Numbering:
    owner, prefix = node["prefix"].split(".")
    digits_owner, digits = node["digits"].split(".")
    if owner != digits_owner:
        raise ValueError("prefix and digits of a numbering come from one owner")
    return Numbering(node["property"], owner, prefix, node["separator"], digits)


def _check_names(rule: CollectionRule, known: dict[str, CollectionRule]) -> None:
    where = f"x-collections.{rule.name}"
    others = [*rule.within, *(reference.collection for reference in rule.references.values())]
    others += [owner.through for owner in rule.within.values() if owner.through]
    others += [one.owner for one in rule.refused]
    if rule.sequence_of:
        others.append(rule.sequence_of)
    others += [rule.part_of.collection] if rule.part_of else []
    others += [rule.gathered.of] if rule.gathered else []
    for other in others:
        if other not in known:
            raise ConfigError(f"{where}: there is no collection {other}")
    if rule.sequence_of and not (rule.sequence and known[rule.sequence_of].sequence):
        raise ConfigError(f"{where}: sequence_of: both collections need identifiers: sequence")
    used = [rule.key, *rule.order, *rule.indexed, *rule.shown_as_text, *rule.fixed]
    used += [one.property for one in rule.refused]
    if rule.unique:
        used.append(rule.unique.property)
    if rule.range:
        used.append(rule.range.property)
    if rule.content:
        used += [rule.content.file, rule.content.size]
        used += [rule.content.length] if rule.content.length else []
    for prop in used:
        if prop not in rule.properties:
            raise ConfigError(f"{where}: its stored schema has no property {prop}")
    if rule.range and rule.order[0] != rule.range.property:
        raise ConfigError(f"{where}: a range needs the order to begin with {rule.range.property}")


def _check_relations(
    rule: CollectionRule, known: dict[str, CollectionRule], schemas: Schemas
) -> None:
    """Raise ConfigError for parts or gathered entries that do not fit their collection."""
    where = f"x-collections.{rule.name}"
    if rule.part_of:
        whole = known[rule.part_of.collection]
        if not whole.is_stored or whole.part_of:
            raise ConfigError(f"{where}: part_of: {whole.name} must be a collection of its own")
        if whole.order[0] != rule.order[0]:
            raise ConfigError(f"{where}: part_of: its order must begin with {whole.order[0]}")
        if not whole.sequence:
            raise ConfigError(f"{where}: part_of: {whole.name} needs identifiers: sequence")
        _refuse(f"{where}: part_of", set(rule.part_of.own) - set(whole.properties))
        lacking = set(whole.properties) - set(rule.properties) - {whole.key}
        properties = schemas.properties(whole.stored)
        for prop in sorted(lacking | set(rule.part_of.own)):
            if not schemas.compile(properties[prop]).is_valid(None):
                raise ConfigError(f"{where}: part_of: {prop} of {whole.name} must allow null")
    if rule.gathered:
        source, gathered = known[rule.gathered.of], rule.gathered
        if rule.key != gathered.by or rule.order[0] != source.order[0]:
            raise ConfigError(f"{where}: gathered: needs the key {gathered.by} and a like order")
        _refuse(f"{where}: gathered", {gathered.by} - set(source.properties))
        _refuse(f"{where}: gathered", {gathered.list, *gathered.values} - set(rule.properties))
        for pick in gathered.picks.values():
            used = {*pick.where, *([pick.by] if pick.by else [])}
            _refuse(f"{where}: gathered.picks", used - set(source.properties))


def _refuse(where: str, names: set[str]) -> None:
    for name in sorted(names):
        raise ConfigError(f"{where}: there is no property {name}")
