"""Collections of the document (`x-collections`): entries, their owners, order and references."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ringme_spec.errors import ConfigError
from ringme_spec.schema import Schema, Schemas


@dataclass(frozen=True)
class Owner:
    """The owner of an entry: the property with its key, or another owner that leads to it."""

    property: str | None
    through: str | None


@dataclass(frozen=True)
class Unique:
    """A property that no two entries share, within one owner or (None) in the whole service."""

    property: str
    within: str | None


@dataclass(frozen=True)
class Reference:
    """A property with the key of an entry elsewhere, and what happens when that one goes.

    `gone` is `release` (the property becomes null) or `delete` (the entry goes too).
    """

    collection: str
    gone: str


@dataclass(frozen=True)
class Numbering:
    """A property made of a prefix, a separator and so many digits; both come from the owner."""

    property: str
    owner: str
    prefix: str
    separator: str
    digits: str


@dataclass(frozen=True)
class RangeRule:
    """The time property that a range compares, and how many months a range may reach.

    `up_to` is `end_of_month` or `same_moment`; `months` None means without limit.
    """

    property: str
    months: int | None
    up_to: str


@dataclass(frozen=True)
class Content:
    """The properties with the bytes of an entry and their length, media type, and name."""

    file: str
    size: str
    media_type: str
    name: str | None
    extension: str


@dataclass(frozen=True)
class CollectionRule:
    """One collection as the document declares it.

    `texts` are the properties whose length the document does not limit.
    """

    name: str
    key: str
    stored: Schema
    properties: tuple[str, ...]
    texts: tuple[str, ...]
    sequence: bool
    missing: str | None
    within: dict[str, Owner]
    order: tuple[str, ...]
    initial: dict[str, Any]
    unique: Unique | None
    fixed: tuple[str, ...]
    references: dict[str, Reference]
    numbering: Numbering | None
    range: RangeRule | None
    content: Content | None

    def owner_property(self, owner: str) -> str | None:
        """The property that holds the key of `owner`, if entries belong to it directly."""
        found = self.within.get(owner)
        return found.property if found else None

    @property
    def indexed(self) -> tuple[str, ...]:
        """The properties by whose value entries must be found without a search of all."""
        names = [owner.property for owner in self.within.values() if owner.property]
        return tuple(dict.fromkeys([*names, *self.references]))


def read_collections(document: dict[str, Any], schemas: Schemas) -> dict[str, CollectionRule]:
    """All collections of the document by name. Raises ConfigError for one that makes no sense."""
    found = {}
    for name, node in document.get("x-collections", {}).items():
        try:
            found[name] = _read_collection(name, node, schemas)
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            raise ConfigError(f"x-collections.{name}: {_explain(error)}") from None
    for rule in found.values():
        _check_names(rule, found)
    return found


def _explain(error: Exception) -> str:
    return f"{error.args[0]} is missing" if isinstance(error, KeyError) else str(error)


def _read_collection(name: str, node: dict[str, Any], schemas: Schemas) -> CollectionRule:
    stored = node["stored"]
    key = node["key"]
    order = tuple(node.get("order", [key]))
    properties = schemas.properties(stored)
    return CollectionRule(
        name=name,
        key=key,
        stored=stored,
        properties=tuple(properties),
        texts=tuple(prop for prop in properties if _is_any_text(schemas, properties[prop])),
        sequence=node.get("identifiers") == "sequence",
        missing=node.get("missing"),
        within={owner: _read_owner(value) for owner, value in node.get("within", {}).items()},
        order=order,
        initial=node.get("initial", {}),
        unique=Unique(node["unique"]["property"], node["unique"].get("within"))
        if "unique" in node
        else None,
        fixed=tuple(node.get("fixed", [])),
        references={
            prop: Reference(value["collection"], value["gone"])
            for prop, value in node.get("references", {}).items()
        },
        numbering=_read_numbering(node["numbering"]) if "numbering" in node else None,
        range=RangeRule(
            node["range"]["property"],
            node["range"].get("months"),
            node["range"].get("up_to", "same_moment"),
        )
        if "range" in node
        else None,
        content=Content(
            node["content"]["file"],
            node["content"]["size"],
            node["content"]["media_type"],
            node["content"].get("name"),
            node["content"].get("extension", ""),
        )
        if "content" in node
        else None,
    )


def _is_any_text(schemas: Schemas, schema: Schema) -> bool:
    schema = schemas.resolve(schema)
    return schema.get("type") == "string" and not {"maxLength", "enum"} & schema.keys()


def _read_owner(value: str | dict[str, str]) -> Owner:
    if isinstance(value, str):
        return Owner(value, None)
    return Owner(None, value["through"])


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
    for other in others:
        if other not in known:
            raise ConfigError(f"{where}: there is no collection {other}")
    used = [rule.key, *rule.order, *rule.indexed, *rule.fixed]
    if rule.unique:
        used.append(rule.unique.property)
    if rule.range:
        used.append(rule.range.property)
    if rule.content:
        used += [rule.content.file, rule.content.size]
    for prop in used:
        if prop not in rule.properties:
            raise ConfigError(f"{where}: its stored schema has no property {prop}")
    if rule.range and rule.order[0] != rule.range.property:
        raise ConfigError(f"{where}: a range needs the order to begin with {rule.range.property}")
