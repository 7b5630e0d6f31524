"""Log format with one JSON object per line."""

from __future__ import annotations

import logging
from datetime import UTC, datetime
from typing import Any

from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

from ringme_spec.redaction import mask_text


class JsonLog(JsonFormatter):
    """Time (RFC 3339, UTC), level, message, logger, then the extra fields; secrets masked."""

    def __init__(self) -> None:
        super().__init__(
            ["message"],
            rename_fields={"exc_info": "traceback", "stack_info": "stack"},
            # uvicorn adds this copy of the message with colours.
            reserved_attrs=[*RESERVED_ATTRS, "color_message"],
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: dict[str, Any]
    ) -> None:
        time = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        log_data["time"] = time.replace("+00:00", "Z")
        log_data["level"] = record.levelname.lower()
        super().add_fields(log_data, record, message_dict)
        log_data["logger"] = record.name
        for name, value in log_data.items():
            if isinstance(value, str):
                log_data[name] = mask_text(value)
