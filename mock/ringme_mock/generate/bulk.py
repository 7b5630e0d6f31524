"""Groups, numbers and recorded items in bulk, for lists that look real."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import chain, count, islice
from random import Random
from typing import TYPE_CHECKING, Any

from ringme_mock.errors import ApiError, invalid, missing
from ringme_mock.generate.arrive import ATTEMPTS, Arrivals, arrivals_of
from ringme_mock.generate.bulk_plan import (
    BULK,
    GROUPS,
    NUMBERS,
    bulk_plan,
    check_collections,
    draw_moments,
    nodes_of,
    wanted_counts,
)
from ringme_mock.generate.datetimes import to_hundredth
from ringme_mock.generate.makers import Values, read_list
from ringme_mock.generate.template import AT, LAST, Template
from ringme_mock.store.collection import Entry, Key
from ringme_mock.store.cycle_search import cycle_search_paused
from ringme_mock.store.quotas import check_quota
from ringme_mock.store.state import State
from ringme_mock.store.store import Query
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError

if TYPE_CHECKING:
    from ringme_mock.http.sessions import Session


# Attempts, if others write to the session meanwhile.
_TRIES = 3


async def make_bulk(
    session: Session,
    owner: Key,
    counts: Mapping[str, Any],
    seed: int,
) -> dict[str, int]:
    """Add many entries to a client: the same ones for the same state, time and seed.

    `counts` may hold `groups`, `extensions`, `records`, `voicemail`, `faxes`, `registrations`.
    Returns the number of added entries by collection. A thread works on a copy, and again if others
    write meanwhile. Raises the 409 after `_TRIES` of these, the 404 for an unknown client, and the
    400 that names an invalid count; then nothing is added.
    """
    async with session.lock.held():
        for _ in range(_TRIES):
            # A reload may replace state and document.
            state = session.state
            bulk = Bulk(state, state.contract, owner, counts, Random(seed))
            await asyncio.to_thread(bulk.make)
            if session.state is state and bulk.is_current():
                bulk.put_in()
                return bulk.counts
    raise ApiError(
        409,
        f"bulk: other requests changed the session {_TRIES} times while entries were created, and"
        " none was added; try again when nothing else changes it, or with fewer entries",
    )


class Bulk:
    """One run, on a copy of the store until all entries are made.

    `counts` has the number of new entries by collection. Raises the errors of `make_bulk`.
    """

    def __init__(
        self,
        state: State,
        contract: Contract,
        owner: Key,
        counts: Mapping[str, Any],
        random: Random,
    ) -> None:
        plan = bulk_plan()
        self._wanted = wanted_counts(plan, counts)
        check_collections(contract, plan)
        self._plan = plan
        self._contract = contract
        self._random = random
        self._state = state
        self._target = state.store
        # The state at the start, and a copy to work on.
        self._before = state.store.copy()
        self._store = state.store.copy()
        name = plan["owner"]
        found = self._store[name].get(owner) if isinstance(owner, int | str) else None
        if found is None:
            raise missing(self._store[name].rule)
        self._owner = found
        self.counts: dict[str, int] = {}
        for one, node in nodes_of(plan).items():
            if self._wanted[one] and node["collection"] in contract.collections:
                check_quota(state, node["collection"], self._wanted[one])
        self._end = to_hundredth(state.clock.now())
        try:
            self._start = self._end - timedelta(days=plan["days"])
        except OverflowError:
            raise _too_early() from None

    @cycle_search_paused()
    def make(self) -> None:
        """Make the entries in the copy. Raises the 400 that names the problem."""
        try:
            self._make()
        except OverflowError:
            raise _too_early() from None
        except ConfigError as error:
            raise invalid(str(error)) from None

    def is_current(self) -> bool:
        """Tell if the state is still the one that the entries were made for."""
        touched = {self._plan["owner"]}
        for name, node in nodes_of(self._plan).items():
            if name in (GROUPS, NUMBERS) or self._wanted[name]:
                rule = self._contract.collections[node["collection"]]
                touched |= {rule.name, *rule.within}
        return self._state.store is self._target and all(
            self._target[name].by_key is self._before[name].by_key for name in touched
        )

    def put_in(self) -> None:
        for name in self.counts:
            self._target[name].adopt(self._store[name])

    def _make(self) -> None:
        plan, wanted = self._plan, self._wanted
        groups = self._groups(wanted[GROUPS])
        into = groups or self._present(plan[GROUPS])
        numbers = self._numbers(wanted[NUMBERS], into)
        self._keep(plan[GROUPS]["collection"], groups)
        self._keep(plan[NUMBERS]["collection"], numbers)
        all_numbers = self._present(plan[NUMBERS])
        for name, node in plan["items"].items():
            if wanted[name]:
                if not all_numbers:
                    raise invalid(f"{name}: {self._shown_owner()} has no numbers to put them on")
                arrivals = arrivals_of(self._contract, node["collection"])
                items = self._items(arrivals, wanted[name], all_numbers)
                self._keep(arrivals.rule.name, items)

    def _keep(self, name: str, entries: list[Entry]) -> None:
        if entries:
            self._store[name].insert_many(entries)
            self.counts[name] = len(entries)

    def _shown_owner(self) -> str:
        name = self._plan["owner"]
        return f"{name} {self._owner[self._store[name].rule.key]}"

    def _present(self, node: dict[str, Any]) -> list[Entry]:
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
        names = list(islice(self._free_names(node, self._present(node)), number))
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

    def _free_names(self, node: dict[str, Any], present: list[Entry]) -> Iterator[str]:
        """Yield the free numbers, those that begin with a zero last."""
        rule = self._store[node["collection"]].rule.numbering
        if rule is None:
            return
        taken = {entry[rule.property] for entry in present}
        digits = self._owner[rule.digits]
        first = 10 ** (digits - 1)
        for number in chain(range(first, 10 * first), range(first)):
            name = f"{self._owner[rule.prefix]}{rule.separator}{number:0{digits}d}"
            if name not in taken:
                yield name

    def _spread(self, groups: list[Entry], number: int) -> list[Entry | None]:
        """Draw a group or None for each number; groups differ in size, and none is empty."""
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
        rule = template.rule
        values: dict[str, Any] = {AT: self._start, LAST: None, **owners, **drawn}
        for owner, entry in owners.items():
            prop = rule.owner_property(owner)
            if prop:
                values[prop] = None if entry is None else entry[self._store[owner].rule.key]
        return template.make(template.draft(values, self._random), self._store[rule.name].new_key())

    def _items(self, arrivals: Arrivals, number: int, numbers: list[Entry]) -> list[Entry]:
        """Make items, with their times; busier numbers get more."""
        random, store, rule = self._random, self._store, arrivals.rule
        kept, key = store[rule.name], rule.key
        owners = [arrivals.owners(store, one) for one in numbers]
        chosen = random.choices(range(len(numbers)), self._weights(arrivals, owners), k=number)
        times = draw_moments((self._start, self._end), self._plan, number, random)
        last: dict[int, Entry | None] = {}
        made: dict[Key, Entry] = {}
        for index, at in zip(chosen, times, strict=True):
            if index not in last:
                last[index] = arrivals.last(store, numbers[index], at)
            values = {**owners[index], AT: at, LAST: last[index]}
            for _ in range(ATTEMPTS):
                counted = kept.new_key() if rule.sequence else None
                entry = arrivals.make(store, values, counted, random, self._end)
                if entry[key] not in made and kept.get(entry[key]) is None:
                    break
            else:
                raise invalid(f"{key}: is taken")
            made[entry[key]] = last[index] = entry
        return list(made.values())

    def _weights(self, arrivals: Arrivals, owners: list[Values]) -> list[float]:
        """Draw how busy each number is, by its kind and at random."""
        random = self._random
        shares = [arrivals.share(one, random) for one in owners]
        if not any(shares):
            shares = [1] * len(owners)
        spread = self._plan["spread"]
        return [one * random.lognormvariate(0, spread) for one in shares]


def _too_early() -> ApiError:
    return invalid("clock: is too close to the first year")
