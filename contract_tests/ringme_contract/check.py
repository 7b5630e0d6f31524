"""The checks of the kit: each one a function that holds a rule against a target."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

CheckFunction = Callable[["CheckContext"], None]
LAYERS = ("schema", "generic", "scenarios", "access", "model")


@dataclass(frozen=True)
class Check:
    """One check: what it holds, in which layer, and what it needs.

    `needs` are identities of the target, `uses` its capabilities; `writes` says that it changes
    something, `deletes_recorded_items` that this is an item which the kit did not create. An
    `isolated` check changes only what it made, and expects nothing of what others make meanwhile;
    requests of others would disturb one that is `alone`.
    """

    name: str
    rule: str
    layer: str
    function: CheckFunction
    needs: tuple[str, ...] = ("client",)
    uses: tuple[str, ...] = ()
    writes: bool = True
    deletes_recorded_items: bool = False
    isolated: bool = False
    alone: bool = False

    @property
    def id(self) -> str:
        """Stable, and the only one of its kind: layer, rule and name."""
        return f"{self.layer}/{self.rule}/{self.name}"

    @property
    def turn(self) -> int:
        """0 runs beside others that only read, 1 beside others that are isolated, 2 alone."""
        return 2 if self.alone or (self.writes and not self.isolated) else int(self.writes)


_checks: dict[str, Check] = {}


def check(
    rule: str,
    *,
    layer: str,
    needs: tuple[str, ...] = ("client",),
    uses: tuple[str, ...] = (),
    writes: bool = True,
    deletes_recorded_items: bool = False,
    isolated: bool = False,
    alone: bool = False,
) -> Callable[[CheckFunction], CheckFunction]:
    """Declares a function to be a check of a rule; the function's name is the check's."""

    def declare(function: CheckFunction) -> CheckFunction:
        found = Check(
            function.__name__,
            rule,
            layer,
            function,
            needs,
            uses,
            writes,
            deletes_recorded_items,
            isolated,
            alone,
        )
        if found.id in _checks:
            raise ValueError(f"there are two checks {found.id}")
        _checks[found.id] = found
        return function

    return declare


def all_checks() -> list[Check]:
    """Every check of the kit, layer by layer."""
    for layer in LAYERS:
        package = importlib.import_module(f"ringme_contract.{layer}")
        for module in sorted(one.name for one in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"{package.__name__}.{module}")
    return sorted(_checks.values(), key=lambda one: LAYERS.index(one.layer))
