"""Identity of a log: document, fixtures and options, which a replay needs unchanged."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import Any

import orjson

from ringme_spec.errors import ConfigError

# To be raised whenever the same commands would lead to another state.
VERSION = "6"
_VERSION = "version of the log"


def identity(
    document: Mapping[str, Any], fixtures: str, options: Mapping[str, Any]
) -> dict[str, str]:
    """Describe what commands apply to: a digest of `fixtures`, `options` by name, the document."""
    written = orjson.dumps(
        document, default=str, option=orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS
    )
    return {
        _VERSION: VERSION,
        "document": hashlib.sha256(written).hexdigest(),
        "fixtures": fixtures,
        **{name: str(value) for name, value in options.items()},
    }


def check_identity(name: str, found: Mapping[str, str], wanted: Mapping[str, str]) -> None:
    """Raise ConfigError for a log whose commands were applied to something else."""
    others = [name for name, value in wanted.items() if found.get(name) != value]
    if others:
        first = "with another " if others[0] != _VERSION else "by a mock with another "
        raise ConfigError(
            f"{name}: was made {first}{' and another '.join(others)}; choose another one, or delete"
            " it to start with the fixtures. To keep its entries, start the mock as"
            " before and export them:"
            " GET /__mock__/state?format=zip gives a folder for --fixtures"
        )
