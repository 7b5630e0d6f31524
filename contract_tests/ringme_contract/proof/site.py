"""The target of a fault: the document of a mock, its requests and its responses."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from starlette.types import ASGIApp

import ringme_contract.proof
from ringme_contract.proof.document_operations import Operations
from ringme_contract.proof.fault import Fault
from ringme_contract.proof.interception import After, Before, Interception
from ringme_contract.proof.mock import Mock
from ringme_mock.app import create_app
from ringme_spec.document import read_yaml
from ringme_spec.paths import FIXTURES, SPEC


class Site:
    """One mock that is about to be built, and (for hooks, once it runs) the mock itself."""

    def __init__(self) -> None:
        self.document: dict[str, Any] = json.loads(json.dumps(read_yaml(SPEC)))
        self._before: list[Before] = []
        self._after: list[After] = []
        self._mock: Mock | None = None
        self._operations: Operations | None = None

    @property
    def operations(self) -> Operations:
        """The operations of the document as it is now."""
        if self._operations is None:
            self._operations = Operations(self.document)
        return self._operations

    @property
    def mock(self) -> Mock:
        """The mock behind the hooks. Raises LookupError before it is built."""
        if self._mock is None:
            raise LookupError("the mock is not built yet")
        return self._mock

    def before(self, hook: Before) -> None:
        """Calls `hook` with each request: it may change it, or give the response itself."""
        self._before.append(hook)

    def after(self, hook: After) -> None:
        """Calls `hook` with each request and its response, which it may change."""
        self._after.append(hook)

    def build(self) -> ASGIApp:
        """Builds the mock with all that was changed, behind the hooks even where there are none."""
        mock = Mock(build_mock(self.document), self.document, self.operations)
        return self.around(mock, self.operations)

    def around(
        self, mock: Mock, operations: Operations, guard: Callable[[Any], Any] = lambda hook: hook
    ) -> Interception:
        """Puts the hooks around a mock, or what stands for it, each made another by `guard`."""
        self._mock = mock
        hooks = ([guard(one) for one in many] for many in (self._before, self._after))
        return Interception(mock, operations, *hooks)


def build_mock(document: dict[str, Any]) -> ASGIApp:
    """Builds the mock of a document, with the fixtures that come with the original."""
    with TemporaryDirectory() as folder:
        # JSON is YAML.
        path = Path(folder) / "openapi.yaml"
        path.write_text(json.dumps(document), "utf-8")
        return create_app(path, FIXTURES)


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
    """Imports all patches, by name."""
    for module in pkgutil.iter_modules(ringme_contract.proof.__path__):
        if module.name.startswith("patches_"):
            importlib.import_module(f"{ringme_contract.proof.__name__}.{module.name}")
    return _patches


def faulty_app(fault: Fault | None) -> ASGIApp:
    """Builds the mock with one fault, or with none."""
    site = Site()
    if fault is not None:
        patches()[fault.patch](site, **fault.arguments)
    return site.build()
