"""Removes what crashed runs of the kit left behind, which its names tell."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ringme_contract.check_context import Caller, CheckContext
from ringme_contract.transport import Unreachable
from ringme_contract.verdict import Failure

# The first word of the names of all that a run makes.
OWN = re.compile(r"contract-[0-9a-f]{6}\b")
_CLIENTS = ("client", "other_client")
# Users before their groups, whose removal would take them along.
_KINDS = (
    ("user of a group", "/client/@me/user/extension_group/", ("name", "login")),
    ("number", "/client/@me/extension/", ("label",)),
    ("group", "/client/@me/extension_group/", ("name",)),
)


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
        caller = kit.caller(identity)
        for kind, path, keys in _KINDS:
            for thing in caller.read(path):
                name = _own_name(thing, keys)
                if name is not None:
                    yield (
                        Leftover(kind, name, False)
                        if dry_run
                        else _remove(caller, kind, name, f"{path}{thing['id']}")
                    )


def _own_name(thing: dict[str, Any], keys: tuple[str, ...]) -> str | None:
    names = [thing.get(key) for key in keys]
    return next((name for name in names if isinstance(name, str) and OWN.match(name)), None)


def _remove(caller: Caller, kind: str, name: str, path: str) -> Leftover:
    try:
        response = caller.delete(path)
    except (Failure, Unreachable) as error:
        return Leftover(kind, name, False, str(error))
    gone = response.status_code in (200, 204, 404)
    return Leftover(kind, name, gone, "" if gone else f"status {response.status_code}")
