"""Removes what crashed runs of the kit left behind, which its names tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ringme_contract.check_context import Caller, CheckContext
from ringme_contract.transport import Unreachable
from ringme_contract.verdict import Failure
from ringme_spec.collections import CollectionRule

# The first word of the names of all that a run makes.
OWN = re.compile(r"contract-[0-9a-f]{6}\b")
_CLIENTS = ("client", "other_client")


@dataclass(frozen=True)
class Leftover:
    """A thing that a run of the kit made, and what came of its removal."""

    kind: str
    name: str
    removed: bool
    problem: str = ""


def sweep(kit: CheckContext, dry_run: bool = False) -> Iterator[Leftover]:
    """Removes all that bears the kit's prefix, of each client of the target.

    With `dry_run` it is only named. Raises Failure if a list cannot be read.
    """
    for identity in _CLIENTS:
        if identity not in kit.target.identities:
            continue
        # Users come before their groups, whose removal would take them along.
        for rule in kit.factory.collections:
            names = _names(kit, rule)
            for entry in kit.factory.read(rule.name, identity):
                name = next((entry[one] for one in names if OWN.match(str(entry.get(one)))), None)
                if name is not None:
                    path = f"{kit.factory.path(rule.name)}{entry[rule.key]}"
                    yield (
                        Leftover(rule.name, name, False)
                        if dry_run
                        else _remove(kit.caller(identity), rule.name, name, path)
                    )


def _names(kit: CheckContext, rule: CollectionRule) -> list[str]:
    """The properties that may have the kit's prefix."""
    label = kit.factory.label(kit.factory.creation(rule.name))
    return [one for one in (label, rule.unique and rule.unique.property) if one]


def _remove(caller: Caller, kind: str, name: str, path: str) -> Leftover:
    try:
        response = caller.request("DELETE", path)
    except (Failure, Unreachable) as error:
        return Leftover(kind, name, False, str(error))
    gone = response.status_code in (200, 204, 404)
    return Leftover(kind, name, gone, "" if gone else f"status {response.status_code}")
