"""The target of a fault: the document of a mock, its requests and its responses."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from ringme_contract.http.serving import served
from ringme_contract.proof.fault import Fault, all_faults
from ringme_contract.proof.interception import After, Before, Interception
from ringme_contract.proof.mock import Mock, Operations
from ringme_contract.proof.null_servers import NULL_SERVERS
from ringme_contract.proof.patch import patches
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

    @cached_property
    def operations(self) -> Operations:
        """The operations of the document, as it is when they are first asked for."""
        return Operations(self.document)

    @property
    def mock(self) -> Mock:
        """The mock behind the hooks. Raises LookupError before it is built."""
        if self._mock is None:
            raise LookupError("the mock is not built yet")
        return self._mock

    def put(self, fault: Fault) -> None:
        """Puts a fault in. Raises TypeError where its arguments are not those of its patch."""
        patches()[fault.patch](self, **fault.arguments)

    def before(self, hook: Before) -> None:
        """Calls `hook` with each request: it may change it, or give the response itself."""
        self._before.append(hook)

    def after(self, hook: After) -> None:
        """Calls `hook` with each request and its response, which it may change."""
        self._after.append(hook)

    def build(self) -> Interception:
        """Builds the mock with all that was changed, behind the hooks even where there are none."""
        with TemporaryDirectory() as folder:
            # JSON is YAML.
            path = Path(folder) / "openapi.yaml"
            path.write_text(json.dumps(self.document), "utf-8")
            app = create_app(path, FIXTURES)
        return self.around(Mock(app, self.document, self.operations))

    def around(self, mock: Mock, guard: Callable[[Any], Any] = lambda hook: hook) -> Interception:
        """Puts the hooks around a mock, or what stands for it, each made another by `guard`."""
        self._mock = mock
        hooks = ([guard(one) for one in many] for many in (self._before, self._after))
        return Interception(mock, *hooks)


@dataclass
class RunningServer:
    """A server, where it is, and (once it has ended) which exception nobody meant it to raise."""

    url: str
    failure: str = ""


class _FirstFailure(logging.Handler):
    """Keeps the first exception that is logged, in one line."""

    said = ""

    def emit(self, record: logging.LogRecord) -> None:
        error = record.exc_info[1] if record.exc_info else None
        if error is not None and not self.said:
            self.said = f"{type(error).__name__}: {str(error)[:300]}"


@contextmanager
def running_server(fault: str = "", null: str = "") -> Iterator[RunningServer]:
    """The mock with a fault, or a server that implements nothing; without either a healthy mock.

    It is served in the process that tries it.
    """
    site = Site()
    if fault:
        site.put(all_faults()[fault])
    if null:
        site.before(NULL_SERVERS[null])
    failures, root = _FirstFailure(logging.ERROR), logging.getLogger()
    root.addHandler(failures)
    try:
        with served(site.build(), log_config=None, access_log=False, lifespan="off") as url:
            server = RunningServer(url)
            yield server
        server.failure = failures.said
    finally:
        root.removeHandler(failures)
