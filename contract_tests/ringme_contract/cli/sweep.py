"""Removes entries that crashed runs of the kit left behind; their names show that."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ringme_contract.check_context import CheckContext
from ringme_contract.entries.made_entries import EntryList, Item, key_of
from ringme_contract.entries.removal import REMOVED
from ringme_contract.http.no_response import Unreachable
from ringme_contract.verdict import Failure, NotReached
from ringme_spec.collections import CollectionRule

# Names of entries that a run created begin with this.
OWN = re.compile(r"contract-[0-9a-f]{6}\b")


@dataclass(frozen=True)
class Leftover:
    kind: str
    name: str
    removed: bool
    problem: str = ""


def sweep(kit: CheckContext, dry_run: bool = False) -> Iterator[Leftover]:
    """Removes all entries with the prefix of the kit, of each client of the target.

    With `dry_run` they are only listed. Raises Failure if a list cannot be read.
    """
    # Users come before their groups: removing a group removes its users.
    for one in kit.guard.lists:
        for entry in kit.factory.read(one.rule.name, one.reader):
            name, key = _name(kit, one.rule, entry), key_of(one.rule, entry)
            if name is not None:
                problem = "" if dry_run else _remove(kit, one, key)
                yield Leftover(one.rule.name, name, not dry_run and not problem, problem)


def _name(kit: CheckContext, rule: CollectionRule, entry: Item | None) -> str | None:
    """The label or unique text of an entry, if it has the prefix of the kit; else None."""
    label = kit.factory.label(kit.factory.creation(rule.name))
    texts = [(entry or {}).get(one) for one in (label, rule.unique and rule.unique.property) if one]
    return next((one for one in texts if isinstance(one, str) and OWN.match(one)), None)


def _remove(kit: CheckContext, where: EntryList, key: str | None) -> str:
    """Removes an entry that has the prefix when it is read alone; returns the problem, if any."""
    path = where.path(kit, "delete", key or "")
    if key is None or path is None:
        return "nothing to delete it by"
    if _name(kit, where.rule, where.read_entry(kit, key)[1]) is None:
        return "it has another name when it is read on its own"
    kit.guard.confirmed.add((where.rule.name, key))
    try:
        status = kit.caller(where.reader).request("DELETE", path).status_code
    except (Failure, NotReached, Unreachable) as error:
        return str(error)
    if status not in REMOVED:
        return f"status {status}"
    return "" if where.read_entry(kit, key)[0] == 404 else f"still there after the status {status}"
