"""Output of the mock: messages on stdout, the log on stderr."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import TextIO, TypeAlias

from ringme_mock.server.log_writer import LogWriter
from ringme_mock.server.options import JSON
from ringme_spec.redaction import mask_text

_LOG_LINE = "%(asctime)s %(levelname)s %(message)s"
# They log each request or connection, so they are muted except at `debug`.
_TALKATIVE = ("asyncio", "connexion", "uvicorn", "watchfiles", "httpx", "httpcore")

_Failed: TypeAlias = (
    tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
)


def log_to_terminal(level: str, form: str) -> None:
    handler = _formatted(LogWriter(sys.stderr), form, _LOG_LINE)
    logging.basicConfig(level=level.upper(), handlers=[handler], force=True)
    logging.captureWarnings(True)
    if level != "debug":
        for name in _TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
    logging.getLogger(__name__).debug("logging from level %s on", level)


def flush_log() -> None:
    """Write pending lines, as a signal ends the process at once."""
    for handler in logging.getLogger().handlers:
        handler.flush()


def announcer(form: str) -> logging.Logger:
    """Make a logger for stdout that the log level does not affect."""
    logger = logging.getLogger("ringme_mock.announcer")
    logger.handlers = [_handler(sys.stdout, form, None)]
    logger.setLevel(logging.INFO)
    logger.propagate = False
    return logger


def complain(form: str, message: str) -> None:
    """Log on stderr why the mock does not start, each problem in a line."""
    logger = logging.getLogger("ringme_mock.start")
    logger.handlers = [_handler(sys.stderr, form, "ringme-mock: %(message)s")]
    logger.propagate = False
    for line in message.splitlines():
        logger.critical("%s", line)


def _handler(stream: TextIO, form: str, line: str | None) -> logging.Handler:
    return _formatted(logging.StreamHandler(stream), form, line)


def _formatted(handler: logging.Handler, form: str, line: str | None) -> logging.Handler:
    if form == JSON:
        # On demand, as text does not need the import.
        from ringme_mock.server.json_log import JsonLog

        handler.setFormatter(JsonLog())
    elif line is not None:
        handler.setFormatter(PlainLog(line))
    return handler


class PlainLog(logging.Formatter):
    """One line per message, whatever a client put into it; secrets are masked."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's name
        """Escape line breaks and other control characters of the message."""
        text = record.message = mask_text(record.message)
        if not text.isprintable():
            record.message = "".join(
                one if one.isprintable() else one.encode("unicode_escape").decode() for one in text
            )
        return super().formatMessage(record)

    def formatException(self, ei: _Failed) -> str:  # noqa: N802 - logging's name
        """Mask the traceback, as an exception may repeat what a client sent."""
        return mask_text(super().formatException(ei))
