"""What a fault is put into: the document, the functions and the answers of one mock process."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from typing import Any

from starlette.types import ASGIApp

import ringme_contract.proof
from ringme_contract.proof.fault import Fault
from ringme_contract.proof.interception import After, Before, Interception
from ringme_mock import app as mock_app
from ringme_mock.actions import ACTIONS, Action
from ringme_mock.actions.context import Call
from ringme_mock.app import MockApp
from ringme_mock.store.state import State
from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC


class Site:
    """One mock that is about to be built. Patches change it for good, so a process holds one."""

    def __init__(self) -> None:
        # Through JSON, so that parts which YAML shares between two places are two.
        self.document: dict[str, Any] = json.loads(json.dumps(read_yaml(SPEC)))
        self._before: list[Before] = []
        self._after: list[After] = []
        self._app: MockApp | None = None

    @property
    def state(self) -> State:
        """The state of the mock, once it runs."""
        if self._app is None:
            raise LookupError("the mock is not built yet")
        return self._app.state

    def replace(self, owner: Any, name: str, make: Callable[[Any], Any]) -> None:
        """Puts what `make` makes of a function of a module or class in its place."""
        setattr(owner, name, make(getattr(owner, name)))

    def action(self, name: str, make: Callable[[Action], Action]) -> None:
        """Puts what `make` makes of an action of the mock in its place."""
        ACTIONS[name] = make(ACTIONS[name])

    def before(self, hook: Before) -> None:
        """Has each request go through `hook` first, which may change it or answer it."""
        self._before.append(hook)

    def after(self, hook: After) -> None:
        """Has each answer go through `hook`, which may change it."""
        self._after.append(hook)

    def build(self) -> ASGIApp:
        """The mock with all that was changed."""
        self.replace(mock_app, "read_yaml", lambda _: lambda _path: self.document)
        self._app = mock_app.create_app(SPEC, FIXTURES)
        if not self._before and not self._after:
            return self._app
        return Interception(self._app, self._before, self._after)


Patch = Callable[..., None]
_patches: dict[str, Patch] = {}


def patch(function: Patch) -> Patch:
    """Declares a function to be a patch; faults name it by its name, dashes for underscores."""
    name = function.__name__.replace("_", "-")
    if name in _patches:
        raise ValueError(f"there are two patches {name}")
    _patches[name] = function
    return function


def patches() -> dict[str, Patch]:
    """All patches by name."""
    for module in pkgutil.iter_modules(ringme_contract.proof.__path__):
        if module.name.startswith("patches_"):
            importlib.import_module(f"{ringme_contract.proof.__name__}.{module.name}")
    return _patches


def faulty_app(fault: Fault | None) -> ASGIApp:
    """The mock with one fault, or with none."""
    site = Site()
    if fault is not None:
        patches()[fault.patch](site, **fault.arguments)
    return site.build()


def about(call: Call, *operations: str) -> bool:
    """Whether a call is one of these operations; with none named, it always is."""
    return not operations or call.operation.id in operations
