"""Makes groups, numbers and recorded items in bulk, for lists that look real."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import timedelta
from functools import cache
from itertools import chain, count, islice
from pathlib import Path
from random import Random
from typing import Any

from ringme_mock.collection import Entry, Key
from ringme_mock.contract import Contract
from ringme_mock.document import read_yaml
from ringme_mock.errors import StartError, invalid, missing
from ringme_mock.generate.arrive import ATTEMPTS, Arrivals, arrivals_of
from ringme_mock.generate.makers import read_list
from ringme_mock.generate.moments import to_hundredth
from ringme_mock.generate.rhythm import Rhythm
from ringme_mock.generate.template import AT, LAST, Template
from ringme_mock.state import State
from ringme_mock.store import Query

BULK = Path(__file__).with_name("bulk.yaml")
GROUPS = "groups"
NUMBERS = "extensions"


def make_bulk(
    state: State, contract: Contract, owner: Key, counts: Mapping[str, Any], random: Random
) -> dict[str, int]:
    """Adds many entries to a client: the same ones for the same state, moment and `random`.

    `counts` may hold `groups`, `extensions`, `records`, `voicemail`, `faxes`, `registrations`.
    Returns how many entries were added, by collection. Raises the 404 for an unknown client, and
    the 400 that names what cannot be; then nothing is added.
    """
    plan = _plan()
    wanted = _wanted(plan, counts)
    name = plan["owner"]
    _check_collections(contract, plan)
    entry = state.store[name].get(owner) if isinstance(owner, int | str) else None
    if entry is None:
        raise missing(name, state.store[name].rule.missing)
    try:
        made = _Bulk(state, contract, plan, entry, random).make(wanted)
    except OverflowError:
        raise invalid("clock: shows a moment too near to the first year") from None
    except StartError as error:
        raise invalid(str(error)) from None
    for collection, entries in made.items():
        state.store[collection].insert_many(entries)
    return {collection: len(entries) for collection, entries in made.items()}


def _wanted(plan: dict[str, Any], counts: Mapping[str, Any]) -> dict[str, int]:
    """How many of each are to be made. Raises the 400 for what is no such number."""
    nodes = {GROUPS: plan[GROUPS], NUMBERS: plan[NUMBERS], **plan["items"]}
    for name, number in counts.items():
        if name not in nodes:
            raise invalid(f"{name[:100]}: is not known here, but {', '.join(nodes)}")
        limit = nodes[name]["limit"]
        if type(number) is not int or not 0 <= number <= limit:
            raise invalid(f"{name}: must be a whole number from 0 to {limit}")
    return {name: counts.get(name, 0) for name in nodes}


def _check_collections(contract: Contract, plan: dict[str, Any]) -> None:
    """Raises the 400 for a document that does not have what groups and numbers are made for."""
    for node in (plan[GROUPS], plan[NUMBERS]):
        rule = contract.collections.get(node["collection"])
        if rule is None or rule.owner_property(plan["owner"]) is None:
            raise invalid(f"bulk: the document has no {node['collection']} of a {plan['owner']}")


class _Bulk:
    """One run: what is there, and what is made of it."""

    def __init__(
        self,
        state: State,
        contract: Contract,
        plan: dict[str, Any],
        owner: Entry,
        random: Random,
    ) -> None:
        # A copy of its own, so that nothing is left behind when something cannot be.
        self._store = state.store.copy()
        self._contract = contract
        self._plan = plan
        self._owner = owner
        self._random = random
        self._end = to_hundredth(state.clock.now())
        self._start = self._end - timedelta(days=plan["days"])

    def make(self, wanted: Mapping[str, int]) -> dict[str, list[Entry]]:
        """The new entries by collection; nothing is stored yet."""
        plan = self._plan
        groups = self._groups(wanted[GROUPS])
        numbers = self._numbers(wanted[NUMBERS], groups or self._present(plan[GROUPS]))
        made = {plan[GROUPS]["collection"]: groups, plan[NUMBERS]["collection"]: numbers}
        for name, entries in made.items():
            self._store[name].insert_many(entries)
        all_numbers = self._present(plan[NUMBERS])
        for name, node in plan["items"].items():
            if wanted[name]:
                if not all_numbers:
                    raise invalid(f"{name}: {self._shown_owner()} has no numbers to put them on")
                arrivals = arrivals_of(self._contract, node["collection"])
                made[arrivals.rule.name] = self._items(arrivals, wanted[name], all_numbers)
        return {name: entries for name, entries in made.items() if entries}

    def _shown_owner(self) -> str:
        name = self._plan["owner"]
        return f"{name} {self._owner[self._store[name].rule.key]}"

    def _present(self, node: dict[str, Any]) -> list[Entry]:
        """The owner's entries that are there already."""
        owner = self._plan["owner"]
        key = self._owner[self._store[owner].rule.key]
        return list(self._store.find(node["collection"], Query(), (owner, key)))

    def _groups(self, number: int) -> list[Entry]:
        node = self._plan[GROUPS]
        template = self._template(node)
        turns = {name: self._in_turn(one) for name, one in node["in_turn"].items()}
        made = []
        for _ in range(number):
            drawn = {name: next(turn) for name, turn in turns.items()}
            made.append(self._owned(template, {self._plan["owner"]: self._owner}, drawn))
        return made

    def _in_turn(self, name: str) -> Iterator[str]:
        texts = list(read_list(name))
        self._random.shuffle(texts)
        for number in count(1):
            for text in texts:
                yield text if number == 1 else f"{text} {number}"

    def _numbers(self, number: int, groups: list[Entry]) -> list[Entry]:
        node = self._plan[NUMBERS]
        template = self._template(node)
        names = list(islice(self._free_names(node), number))
        if len(names) < number:
            raise invalid(
                f"{NUMBERS}: {len(names)} numbers of {self._shown_owner()} are free, not {number}"
            )
        of, group_of = self._plan["owner"], self._plan[GROUPS]["collection"]
        numbering = template.rule.numbering
        made = []
        for name, group in zip(names, self._spread(groups, number), strict=True):
            drawn = {numbering.property: name} if numbering else {}
            made.append(self._owned(template, {of: self._owner, group_of: group}, drawn))
        return made

    def _free_names(self, node: dict[str, Any]) -> Iterator[str]:
        """Names that the owner has no number with, those that begin with a zero last."""
        rule = self._store[node["collection"]].rule.numbering
        if rule is None:
            return
        taken = {entry[rule.property] for entry in self._present(node)}
        digits = self._owner[rule.digits]
        first = 10 ** (digits - 1)
        for number in chain(range(first, 10 * first), range(first)):
            name = f"{self._owner[rule.prefix]}{rule.separator}{number:0{digits}d}"
            if name not in taken:
                yield name

    def _spread(self, groups: list[Entry], number: int) -> list[Entry | None]:
        """A group, or none, for each number: some groups are larger, and none stays empty."""
        if not groups:
            return [None] * number
        random = self._random
        sizes = [random.expovariate(1) + 0.2 for _ in groups]
        found: list[Entry | None] = [*groups[:number]]
        for group in random.choices(groups, sizes, k=number - len(found)):
            outside = random.random() < self._plan[NUMBERS]["outside"]
            found.append(None if outside else group)
        random.shuffle(found)
        return found

    def _template(self, node: dict[str, Any]) -> Template:
        name = node["collection"]
        rule = self._contract.collections[name]
        return Template(self._contract, f"{BULK.name}: {name}", node, rule)

    def _owned(self, template: Template, owners: dict[str, Entry | None], drawn: Entry) -> Entry:
        """A new entry with the keys of its owners, and a key of its own."""
        rule = template.rule
        values: dict[str, Any] = {AT: self._start, LAST: None, **owners, **drawn}
        for owner, entry in owners.items():
            prop = rule.owner_property(owner)
            if prop:
                values[prop] = None if entry is None else entry[self._store[owner].rule.key]
        return template.make(values, self._store[rule.name].new_key(), self._random)

    def _items(self, arrivals: Arrivals, number: int, numbers: list[Entry]) -> list[Entry]:
        """So many items on numbers, each at its moment; the busier numbers get more."""
        random, store, rule = self._random, self._store, arrivals.rule
        kept, key = store[rule.name], rule.key
        owners = [arrivals.owners(store, one) for one in numbers]
        shares = [arrivals.share.make(one, random) for one in owners]
        if not any(shares):
            shares = [1] * len(numbers)
        weights = [share * random.lognormvariate(0, self._plan["spread"]) for share in shares]
        chosen = random.choices(range(len(numbers)), weights, k=number)
        last: dict[int, Entry | None] = {}
        made: dict[Key, Entry] = {}
        for place, moment in zip(chosen, self._rhythm().draw(number, random), strict=True):
            if place not in last:
                last[place] = arrivals.last(store, numbers[place], moment)
            values = {**owners[place], AT: moment, LAST: last[place]}
            for _ in range(ATTEMPTS):
                counted = kept.new_key() if rule.sequence else None
                entry = arrivals.make(store, values, counted, random)
                if entry[key] not in made and kept.get(entry[key]) is None:
                    break
            else:
                raise invalid(f"{key}: is taken")
            made[entry[key]] = last[place] = entry
        return list(made.values())

    def _rhythm(self) -> Rhythm:
        plan = self._plan
        span = (self._start, self._end)
        return Rhythm(span, plan["hours"], plan["weekdays"], plan["fractions"])


@cache
def _plan() -> dict[str, Any]:
    found: dict[str, Any] = read_yaml(BULK)
    return found
