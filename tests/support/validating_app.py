"""Mocks that check every response of their API against the document."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ringme_mock.app import MockApp, create_app
from ringme_mock.http.sessions import Settings
from ringme_mock.store.clock import Clock
from ringme_spec.paths import FIXTURES, SPEC

CHECK_LOG = "ringme_mock.http.response_validation"


def validating_app(spec: Path = SPEC, fixtures: Path = FIXTURES) -> MockApp:
    return create_app(spec, fixtures, Clock(), Settings(validate_responses=True))


class _InvalidResponses(logging.Handler):
    """Collects log messages about responses that break the document."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


@contextmanager
def invalid_responses() -> Iterator[list[str]]:
    """Collects such messages during the block."""
    handler = _InvalidResponses()
    logger = logging.getLogger(CHECK_LOG)
    logger.addHandler(handler)
    try:
        yield handler.found
    finally:
        logger.removeHandler(handler)
