"""Serves the mocks of the proof, each in the process that tries it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from ringme_contract.http.serving import served
from ringme_contract.proof.fault import all_faults
from ringme_contract.proof.null_servers import null_app
from ringme_contract.proof.site import faulty_app


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
    """The mock with a fault, or a server that implements nothing; without either a healthy mock."""
    app = null_app(null) if null else faulty_app(all_faults()[fault] if fault else None)
    failures, root = _FirstFailure(logging.ERROR), logging.getLogger()
    root.addHandler(failures)
    try:
        with served(app, log_config=None, access_log=False, lifespan="off") as url:
            server = RunningServer(url)
            yield server
        server.failure = failures.said
    finally:
        root.removeHandler(failures)
