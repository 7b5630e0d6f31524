"""Valid queries and bodies, made from the schemas of the document."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any

from ringme_contract.datetime_texts import latest_end, read_datetime, write_datetime
from ringme_contract.verdict import NotReached
from ringme_spec.operations import Operation
from ringme_spec.parameters import Parameter
from ringme_spec.schema import Schema

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

Item = dict[str, Any]
# An id that no implementation reaches by counting, and ids of items that do not exist.
NOWHERE = 999_999_999_999_999
NO_RECORD = f"{NOWHERE}-{'F' * 32}"
NO_FAX = "00000000-0000-4000-8000-000000000000"
NO_CALL = "0" * 31 + "1"
RANGE = ("range_start", "range_end")
# Only this many digits at the end of a number are counted up.
_COUNTED = 15
_AT_A_TIME = 5
# Texts for schemas that restrict texts.
_TEXTS = (
    "contract@example.com", "Europe/Moscow", "2016-04-01 00:00:00", "2016-04-01",
    "2016-04-01T00:00:00Z", "https://example.com/contract", NO_FAX, "1",
)  # fmt: skip


class RequestValues:
    """Makes queries and bodies; a subclass has the entries that references need."""

    own: Callable[..., Any]
    read: Callable[..., list[Item]]

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._reserved: set[str] = set()
        self._numbers: dict[str, list[str]] = {}
        self._numbers_lock = Lock()

    def query(self, operation: Operation, full: bool = False, ranged: bool = False) -> Item:
        """A query of the required parameters; with `full` of all, with `ranged` also the range."""
        found: Item = {}
        for one in operation.query_parameters:
            if one.role in RANGE and (one.required or full or ranged):
                found[one.name] = self._range_of(operation)[RANGE.index(one.role)]
            elif one.required or full:
                found[one.name] = self.sample(one.schema) if one.example is None else one.example
        return found

    def _range_of(self, operation: Operation) -> tuple[str, str]:
        """The range of the target, cut to the longest that the operation allows."""
        start, end = self._kit.target.range
        latest = latest_end(operation.collection.range, read_datetime(start))
        return start, min(end, write_datetime(latest))

    def body(
        self, operation: Operation, full: bool = False, identity: str = "client", **keys: Any
    ) -> Item:
        """A valid body of the required properties, with `full` of all; `keys` are values to use."""
        names = operation.sent if full else operation.needed
        found = {name: self.value(operation, name, identity) for name in names if name not in keys}
        if self.label(operation) not in keys:
            found = self.marked(operation, found)
        return {**found, **keys}

    def harmless(self, operation: Operation) -> Item:
        """A body that fits the schema and would not change existing entries if it were accepted."""
        rule = operation.collection
        nothing: Item = dict.fromkeys(rule.references, NOWHERE)
        if rule.numbering:
            nothing[rule.numbering.property] = "0"
        return {
            name: nothing[name] if name in nothing else self.value(operation, name)
            for name in operation.needed
        }

    def value(self, operation: Operation, name: str, identity: str = "client") -> Any:
        rule = operation.collection
        schema = operation.sent.get(name, {})
        if rule.numbering and name == rule.numbering.property:
            return self.free_number(identity)
        if name in rule.references:
            return self.own(rule.references[name].collection, identity)
        if schema.get("type") == "string" and "enum" not in schema:
            return self.text(schema)
        return self.sample(schema)

    def sample(self, schema: Schema) -> Any:
        schema, kind = self._kit.contract.schemas.resolve(schema), schema.get("type")
        if "enum" in schema:
            return schema["enum"][0]
        if kind in ("integer", "number"):
            return max(schema.get("minimum", 1), min(1, schema.get("maximum", 1)))
        if kind == "boolean":
            return False
        if kind == "array":
            return [self.sample(schema["items"])] * max(1, schema.get("minItems", 1))
        if kind == "object":
            properties = self._kit.contract.schemas.properties(schema)
            return {name: self.sample(properties[name]) for name in schema.get("required", ())}
        return self.text(schema)

    def text(self, schema: Schema) -> str:
        """A text that fits a schema, with the prefix of the run if possible."""
        if schema.get("format") == "password":
            return self._password()
        own = self.new_name("Text").replace(" ", "-")
        fits = self._kit.contract.schemas.compile(schema).is_valid
        # The end of a name is unique.
        short = own[-schema.get("maxLength", len(own)) :]
        example = schema.get("example")
        # Makes each URL different.
        marked = f"{example}/{own}" if "://" in str(example) else example
        found = (one for one in (own, short, marked, example, *_TEXTS) if fits(one))
        text = next((one for one in found if one is not None), None)
        if text is None:
            raise NotReached(f"no generated text matches {schema}; give the schema an example")
        return str(text)

    def change(self, operation: Operation) -> Item:
        """A body that changes the label, if there is one."""
        label, body = self.label(operation), self.body(operation)
        return {**body, label: self._named(operation, label, "changed")} if label else body

    def marked(self, operation: Operation, body: Item) -> Item:
        """The body with the prefix of the run in its label."""
        name = self.label(operation)
        if name and (operation.action == "create" or isinstance(body.get(name), str)):
            text = str(body.get(name) or "")
            if not text.startswith(self._kit.run_id):
                body[name] = self._named(operation, name, operation.collection.name, text)
        return body

    def _named(self, operation: Operation, name: str, what: str, text: str = "") -> str:
        """A new text for a label; if it is too long, only its unique end."""
        schema = operation.sent.get(name, {})
        longest, own = schema.get("maxLength", 255), self.new_name(what)
        return f"{own} {text}".strip()[:longest] if len(own) <= longest else own[-longest:].strip()

    def new_name(self, what: str) -> str:
        return f"{self._kit.run_id} {what} {next(self._kit.names)}"

    def free_number(self, identity: str = "client") -> str:
        """A bare number, of the same length as the client's others, that is not in use."""
        with self._numbers_lock:
            numbers = self._numbers.setdefault(identity, [])
            if not numbers:
                numbers += self._next_free_numbers(identity)
            return numbers.pop()

    def _next_free_numbers(self, identity: str) -> list[str]:
        """Reserves several numbers, since each call reads the whole list."""
        with suppress(NotReached):
            return self.free_numbers(_AT_A_TIME, identity)
        return self.free_numbers(1, identity)

    def free_numbers(self, count: int, identity: str = "client") -> list[str]:
        """Reserves `count` bare numbers that are not in use. Raises NotReached."""
        names = [
            one["name"].rpartition("*")[2] for one in self.read(self._kit.roles.numbers, identity)
        ]
        if not names:
            raise NotReached("the client has no number that shows how long its numbers are")
        # The digits before that are those of an existing number.
        head, tail = names[0][:-_COUNTED], names[0][-_COUNTED:]
        size, taken = 10 ** len(tail), set(names)
        start = self._kit.random.randrange(size)
        with self._kit.lock:
            for known in (taken | self._kit.reserved, taken):
                steps = range(min(size, len(known) + count))
                numbers = (f"{head}{(start + step) % size:0{len(tail)}d}" for step in steps)
                free = [one for one in numbers if one not in known][:count]
                if len(free) == count:
                    self._kit.reserved.update(free)
                    self._reserved.update(free)
                    return free
        raise NotReached("the client has no free number left")

    def _password(self) -> str:
        return f"pass-{self._kit.random.randrange(16**12):012x}"

    @classmethod
    def label(cls, operation: Operation) -> str | None:
        """The property that describes an entry: the first free text."""
        return next(cls.free_texts(operation), None)

    @staticmethod
    def free_texts(operation: Operation) -> Iterator[str]:
        """The properties that take any text and need not be unique."""
        rule = operation.collection
        reserved = {
            rule.numbering and rule.numbering.property,
            rule.unique and rule.unique.property,
        }
        for name, schema in operation.sent.items():
            is_free = not {"enum", "pattern", "format"} & schema.keys()
            if is_free and schema.get("type") == "string" and name not in reserved:
                yield name

    @classmethod
    def changeable(cls, operation: Operation) -> list[str]:
        """The free texts that an update may change."""
        fixed = operation.collection.fixed
        return [one for one in cls.free_texts(operation) if one not in fixed]


def lenient_number(text: str) -> str:
    """The number that a lenient server may read in a text; the text itself if there is none."""
    found = re.match(r"[^\w]*0*(\d+)", text)
    return "".join(str(int(one)) for one in found[1]) if found else text


def is_nobodys(text: str, parameter: Parameter | None = None) -> bool:
    """True for a key of no entry, however a server may read it."""
    number = lenient_number(text)
    if text in (NO_RECORD, NO_FAX, NO_CALL):
        return True
    if not number.isdecimal():
        return parameter is not None and not parameter.validator.is_valid(text)
    return len(number) > len(str(NOWHERE)) or int(number) in (0, NOWHERE)
