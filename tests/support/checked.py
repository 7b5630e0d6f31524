"""Mocks that hold every answer of their API against the document."""

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


def checked_app(spec: Path = SPEC, fixtures: Path = FIXTURES) -> MockApp:
    """The mock with response validation on."""
    return create_app(spec, fixtures, Clock(), Settings(validate_responses=True))


class BrokenAnswers(logging.Handler):
    """Takes note of the answers of this process that broke the document."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.found: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.found.append(record.getMessage())


@contextmanager
def broken_answers() -> Iterator[list[str]]:
    """What was logged of such answers, as long as the block lasts."""
    handler = BrokenAnswers()
    logger = logging.getLogger(CHECK_LOG)
    logger.addHandler(handler)
    try:
        yield handler.found
    finally:
        logger.removeHandler(handler)
