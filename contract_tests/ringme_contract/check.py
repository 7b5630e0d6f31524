"""The checks of the kit: functions that test a target against a rule."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import wraps
from typing import TYPE_CHECKING, Any

from ringme_contract.profiles import SMOKE
from ringme_contract.verdict import NotOffered
from ringme_spec.collections import CollectionRule
from ringme_spec.contract import Contract
from ringme_spec.errors import ConfigError
from ringme_spec.operations import Operation

if TYPE_CHECKING:
    from ringme_contract.check_context import CheckContext

CheckFunction = Callable[["CheckContext"], None]
Applies = Callable[[Operation, Contract], bool]
OperationCheck = Callable[["CheckContext", Operation], None]
LAYERS = ("schema", "generic", "scenarios", "access", "model")


@dataclass(frozen=True)
class Check:
    """A check: its rule, its layer, and its requirements.

    `needs` are identities of the target, `uses` its capabilities. `writes` means that the check
    changes something, `deletes_recorded_items` that it deletes items which the kit did not create.
    An `isolated` check changes only its own entries and does not depend on those of other checks.
    One that is `alone` would be disturbed by concurrent requests. `smoke` marks the essential
    checks of a rule for the smoke profile.
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
    smoke: bool = False

    @property
    def id(self) -> str:
        """A stable, unique id: layer, rule and name."""
        return f"{self.layer}/{self.rule}/{self.name}"

    @property
    def turn(self) -> int:
        """0 runs beside checks that only read, 1 beside isolated ones, 2 and then 3 alone.

        Recorded items are deleted last: other checks need them, and nobody can make any.
        """
        if self.deletes_recorded_items:
            return 3
        return 2 if self.alone or (self.writes and not self.isolated) else int(self.writes)


@dataclass(frozen=True)
class _General:
    """A check of every operation with one of these actions.

    The rule is the one that stands for a general rule at an operation. `existing` checks are of
    operations on parts of entries, and on entries that cannot be created.
    """

    check: Check
    actions: tuple[str, ...]
    function: OperationCheck
    applies: Applies
    existing: bool

    def binds(self, operation: Operation, contract: Contract) -> bool:
        if operation.action not in self.actions:
            return False
        existing = operation.is_part or (
            self.check.writes and not can_be_created(contract, operation.collection)
        )
        return existing == self.existing and self.applies(operation, contract)

    def of(self, operation: Operation, contract: Contract) -> Check:
        @wraps(self.function)
        def check_operation(kit: CheckContext) -> None:
            if reason := kit.reason_against(operation):
                raise NotOffered(reason)
            self.function(kit, operation)

        return replace(
            self.check,
            name=f"{self.check.name}/{operation.id}",
            rule=contract.rule_for(self.check.rule, operation),
            function=check_operation,
        )


_checks: dict[str, Check] = {}
_general: list[_General] = []


def check(rule: str, **options: Any) -> Callable[[CheckFunction], CheckFunction]:
    """Registers a function as a check of a rule; `options` are fields of `Check`.

    The check has the name of the function; its layer is the package of the function.
    """

    def declare(function: CheckFunction) -> CheckFunction:
        layer = function.__module__.split(".")[1]
        found = Check(function.__name__, rule, layer, function, **options)
        if found.id in _checks:
            raise ValueError(f"there are two checks {found.id}")
        _checks[found.id] = found
        return function

    return declare


def check_each(
    rule: str,
    *actions: str,
    applies: Applies = lambda _, __: True,
    existing: bool = False,
    isolated: bool = True,
    **options: Any,
) -> Callable[[OperationCheck], OperationCheck]:
    """Registers a function as a check of each operation with one of these actions.

    `applies` tells if the check makes sense for an operation. `existing` checks are of operations
    on parts of entries, and on entries that cannot be created; other checks are of all the rest.
    """

    def declare(function: OperationCheck) -> OperationCheck:
        options["isolated"] = isolated and not existing
        # Each operation gets a function of its own.
        common = Check(function.__name__, rule, "generic", lambda _: None, **options)
        _general.append(_General(common, actions, function, applies, existing))
        return function

    return declare


def can_be_created(contract: Contract, rule: CollectionRule) -> bool:
    creations = (one for one in contract.operations.values() if one.action == "create")
    return any(one.collection is rule for one in creations)


def all_checks(contract: Contract) -> list[Check]:
    """All checks of the kit for a document, layer by layer.

    They hold operations of this `contract`; do not use them with another reading of the document.
    """
    for layer in LAYERS:
        package = importlib.import_module(f"ringme_contract.{layer}")
        for module in sorted(one.name for one in pkgutil.iter_modules(package.__path__)):
            importlib.import_module(f"{package.__name__}.{module}")
    found = [
        one.of(operation, contract)
        for one in _general
        if one.check.rule in contract.rules
        for operation in contract.operations.values()
        if one.binds(operation, contract)
    ]
    return sorted([*_checks.values(), *found], key=lambda one: LAYERS.index(one.layer))


# --- selection; `no:NAME` leaves one out


def choose(
    checks: list[Check], layers: Iterable[str], rules: Iterable[str], known_rules: Collection[str]
) -> list[Check]:
    """The checks of these layers and rules; without any, of all. Raises ConfigError."""
    strange = [check.id for check in checks if check.rule not in known_rules]
    if strange:
        raise ConfigError(f"the document lacks the rule of {strange[0]}")
    chosen_layers = _chosen("layer", layers, LAYERS)
    chosen_rules = _chosen("rule", rules, known_rules)
    chosen = [one for one in checks if one.layer in chosen_layers and one.rule in chosen_rules]
    if not chosen:
        raise ConfigError("there is no check to run for these layers and rules")
    return chosen


def _chosen(kind: str, names: Iterable[str], known: Collection[str]) -> set[str]:
    """The given names without those that begin with `no:`; all known names if none is given."""
    wanted: set[str] = set()
    unwanted: set[str] = set()
    for name in names:
        plain = name.removeprefix("no:")
        (unwanted if plain != name else wanted).add(plain)
        if plain not in known:
            near = get_close_matches(plain, known, 3, 0.5)
            listed = f"nearest: {', '.join(near)}" if near else "`ringme-contract rules` lists them"
            if kind == "layer":
                listed = f"layers: {', '.join(known)}"
            raise ConfigError(f"--{kind} {name}: there is no {kind} {plain!r}; {listed}")
    return (wanted or set(known)) - unwanted


def in_profile(checks: list[Check], profile: str) -> list[Check]:
    """The checks of a profile; smoke has the marked ones, or the first of a rule without any."""
    if profile != SMOKE:
        return checks
    marked = {one.rule for one in checks if one.smoke}
    first = {one.rule: one for one in reversed(checks) if one.rule not in marked}
    return [one for one in checks if one.smoke or one is first.get(one.rule)]
