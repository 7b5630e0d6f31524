"""The faults that the kit has to find, and the patches: functions that inject them."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import yaml

import ringme_contract.proof
from ringme_contract.lists import Item
from ringme_contract.proof.messages import Request, Response

if TYPE_CHECKING:
    from ringme_contract.proof.site import Site

Place = tuple[str, str]
Patch = Callable[..., Any]
Memory = dict[Any, Any]
_patches: dict[str, Patch] = {}
# Actions whose responses show entries as they are.
_PLAIN = ("list", "read", "create", "update")
# Six times as fast, if PyYAML was built with libyaml.
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
# The arguments of a fault that say which requests it is about.
_WHICH = ("operations", "actions", "methods", "contains", "query", "grants", "sent")


@dataclass(frozen=True)
class Fault:
    """A fault of faults.yaml.

    `kind` is its class in tables, `rules` those that it breaks, `patch` the function that injects
    it, with `arguments`.
    """

    id: str
    kind: str
    sentence: str
    rules: tuple[str, ...]
    patch: str
    arguments: dict[str, Any] = field(default_factory=dict)


@cache
def all_faults() -> dict[str, Fault]:
    """Every fault by id, in the order of the file. Raises ValueError for a duplicate id."""
    found: dict[str, Fault] = {}
    text = files("ringme_contract.proof").joinpath("faults.yaml").read_text("utf-8")
    for node in yaml.load(text, _LOADER)["faults"]:  # noqa: S506 - a safe loader
        fault = Fault(kind=node.pop("class"), rules=tuple(node.pop("rules")), **node)
        if fault.id in found:
            raise ValueError(f"faults.yaml: there are two faults {fault.id}")
        found[fault.id] = fault
    return found


class Shown:
    """Values shown instead of those of entries, until an update sends others.

    `entries` has each entry, by collection and key, as it was last shown.
    """

    def __init__(self, site: Site) -> None:
        self.entries: dict[Place, Item] = {}
        self._values: dict[Place, Item] = {}
        self._site = site
        site.before(self._forget)
        site.after(self._show)

    def lay(self, collection: str, key: Any, values: Item) -> None:
        self._values.setdefault((collection, str(key)), {}).update(values)

    def _forget(self, request: Request) -> None:
        if request.action == "update":
            values = self._values.get((request.collection, request.key), {})
            for name in request.fields():
                values.pop(name, None)

    def _show(self, request: Request, response: Response) -> None:
        if not response.ok or request.action not in _PLAIN:
            return
        found = response.json
        name = self._site.mock.key(request.collection)
        for one in found if isinstance(found, list) else [found]:
            # Responses do not show the key of entries of the registration log.
            place = request.collection, str(one.get(name))
            one.update(self._values.get(place, {}))
            self.entries[place] = one
        response.set_json(found)


def patch(function: Patch) -> Patch:
    """Registers a patch; faults use its name with dashes instead of underscores."""
    return _declare(function, function)


def before(function: Patch) -> Patch:
    """Registers a patch that is called with the mock and each request which its fault selects.

    See `Request.matches` for the arguments that select requests. A function with the parameter
    `memory` gets a dictionary to keep data between requests, one with `shown` a `Shown`.
    """

    def put(site: Site, **arguments: Any) -> None:
        which, call = _bound(function, site, arguments, (None,))
        site.before(lambda request: call(request) if request.matches(**which) else None)

    return _declare(function, put)


def after(function: Patch, success: bool = False) -> Patch:
    """Registers a patch that is called with the mock, each selected request and its response.

    The fault may also select `statuses` of responses.
    """

    def put(site: Site, statuses: tuple[int, ...] = (), **arguments: Any) -> None:
        which, call = _bound(function, site, arguments, (None, None))

        def hook(request: Request, response: Response) -> Any:
            meant = response.status in statuses if statuses else response.ok or not success
            return call(request, response) if meant and request.matches(**which) else None

        site.after(hook)

    return _declare(function, put)


def after_success(function: Patch) -> Patch:
    """Registers a patch like `after`, for responses of success only."""
    return after(function, success=True)


def _bound(
    function: Patch, site: Site, arguments: dict[str, Any], messages: tuple[None, ...]
) -> tuple[dict[str, Any], Callable[..., Any]]:
    """The arguments that select requests, and the function with all others bound."""
    which = {name: value for name, value in arguments.items() if name in _WHICH}
    others = {name: value for name, value in arguments.items() if name not in _WHICH}
    signature = inspect.signature(function)
    if "memory" in signature.parameters:
        others["memory"] = {}
    if "shown" in signature.parameters:
        others["shown"] = Shown(site)
    signature.bind(None, *messages, **others)
    # The mock is built after the fault is put in.
    return which, lambda *messages: function(site.mock, *messages, **others)


def _declare(function: Patch, put: Patch) -> Patch:
    name = function.__name__.replace("_", "-")
    if name in _patches:
        raise ValueError(f"there are two patches {name}")
    _patches[name] = put
    return function


def patches() -> dict[str, Patch]:
    for module in pkgutil.iter_modules(ringme_contract.proof.__path__):
        if module.name.startswith("patches_"):
            importlib.import_module(f"{ringme_contract.proof.__name__}.{module.name}")
    return _patches
