"""Target file: the URL, identities and limits of the implementation under test."""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ringme_contract.datetimes import DATETIME
from ringme_contract.toml_file import read_toml
from ringme_spec.errors import ConfigError
from ringme_spec.operations import Operation

# The roles that checks are written for. A target may leave some out; what needs them is then
# not reached.
IDENTITIES = {
    "client": "a full user of the client under test, through an application that may do everything",
    "client_read_only": "a read-only user of the same client",
    "other_client": "a full user of a second client",
    "call_api": "a full user of the client, through an application with call_api access",
    "group": "a full user of one group of the client, the group that has recorded items",
    "group_read_only": "a read-only user of the same group",
    "sibling_group": "a full user of another group of the same client",
    "extension": "a user of one number of the client, a member of the first group or of none",
    "blocked": "a user of the client that is blocked",
    "login": "the password_credentials application through which new users of the client log in",
}
# What no rule needs, and what lets the kit look further where there is one.
OPTIONAL_IDENTITIES = {
    "other_login": "a second password_credentials application of the client",
    "blocked_client": "a user of a client that is blocked, who is not blocked himself",
    "limited": "a user of a client whose application allows few requests an hour, at most 20",
}
# Those who get no token, by right.
REFUSED = ("blocked", "blocked_client")
CAPABILITIES = {
    "voicemail": "voicemail",
    "fax": "faxes",
    "registration_log": "the registration log",
    "record": "call records",
    "storage_url": "URLs of recordings that need no token",
    "token_query": "token parameters in the query string",
    "multipart": "token parameters as multipart",
}


@dataclass(frozen=True)
class Identity:
    """A role, and the parameters of the token endpoint by which it logs in."""

    name: str
    parameters: dict[str, str]

    @property
    def application(self) -> dict[str, str]:
        return {name: self.parameters[name] for name in ("client_id", "client_secret")}


@dataclass(frozen=True)
class Target:
    """All that a run knows of the implementation before its first request.

    `range` is a time range, texts, in which recorded items exist. `requests_per_second` 0 means
    without limit; `time_budget` is in seconds, as is `timeout`, the limit of one response.
    """

    url: str
    identities: dict[str, Identity]
    range: tuple[str, str]
    off: frozenset[str] = frozenset()
    read_only: bool = False
    delete_recorded_items: bool = False
    requests_per_second: float = 0
    time_budget: float = 300
    source: str = "target"
    timeout: float = 10

    @property
    def secrets(self) -> Iterator[str]:
        for identity in self.identities.values():
            for name in _SECRETS & identity.parameters.keys():
                yield identity.parameters[name]

    def offers(self, operation: Operation) -> bool:
        """Nothing that the operation needs is declared to be lacking."""
        name = operation.resource.get("collection", "")
        return not {_COLLECTIONS.get(name, name), operation.action} & self.off


# The capability of a collection, where it has another name.
_COLLECTIONS = {"reg_status_log": "registration_log"}
_SECRETS = {"client_secret", "password"}
_GRANTS = {
    "client_credentials": ("client_id", "client_secret"),
    "password": ("client_id", "client_secret", "username", "password"),
    "none": ("client_id", "client_secret"),
}
_TYPES: dict[str, type | tuple[type, ...]] = {
    "url": str,
    "read_only": bool,
    "delete_recorded_items": bool,
    "requests_per_second": (int, float),
    "time_budget": (int, float),
    "timeout": (int, float),
    "off": list,
    "range": dict,
    "identities": dict,
}
_KINDS = {bool: "true or false", str: "text", list: "a list", dict: "a table"}
_POSITIVE = ("time_budget", "timeout")
# The target for a mock with its own fixtures.
MOCK = Path(__file__).with_name("mock.toml")


def load_target(path: Path, url: str | None = None) -> Target:
    """A target from a TOML file. `url` goes before the one of the file.

    Secrets may stand in the environment instead: RINGME_SECRET_<identity> and
    RINGME_PASSWORD_<identity>, in capitals. Raises ConfigError.
    """
    return _read_target(read_toml(path), str(path), url)


def _read_target(content: dict[str, Any], source: str, url: str | None) -> Target:
    for name, value in content.items():
        if name not in _TYPES:
            raise ConfigError(f"{source}: unknown key {name}; known: {', '.join(_TYPES)}")
        kinds = _TYPES[name]
        if not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            kind = _KINDS[kinds] if isinstance(kinds, type) else "a number"
            raise ConfigError(f"{source}: {name}: must be {kind}, not {value!r}")
        if isinstance(value, int | float) and not _is_amount(value, name in _POSITIVE):
            raise ConfigError(f"{source}: {name}: must not be {value!r}")
    address = url or content.get("url")
    if not address or not address.startswith(("http://", "https://")):
        raise ConfigError(f"{source}: url: must begin with http:// or https://")
    bounds = content.get("range", {})
    for name in ("start", "end"):
        if not isinstance(bounds.get(name), str):
            raise ConfigError(f"{source}: range.{name}: is missing, YYYY-MM-DD HH:MM:SS in quotes")
        if not DATETIME.fullmatch(bounds[name]):
            raise ConfigError(
                f"{source}: range.{name}: must be YYYY-MM-DD HH:MM:SS, not {bounds[name]!r}"
            )
    if bounds["start"] > bounds["end"]:
        raise ConfigError(f"{source}: range: its start comes after its end")
    off = content.get("off", [])
    for name in off:
        if not isinstance(name, str) or name not in CAPABILITIES:
            raise ConfigError(f"{source}: off: {name} is not one of {', '.join(CAPABILITIES)}")
    return Target(
        url=address.rstrip("/"),
        identities=dict(_read_identities(content.get("identities", {}), source)),
        range=(bounds["start"], bounds["end"]),
        off=frozenset(off),
        read_only=content.get("read_only", False),
        delete_recorded_items=content.get("delete_recorded_items", False),
        requests_per_second=content.get("requests_per_second", 0),
        time_budget=content.get("time_budget", 300),
        source=source,
        timeout=content.get("timeout", 10),
    )


def _is_amount(value: float, positive: bool) -> bool:
    return math.isfinite(value) and (value > 0 if positive else value >= 0)


def _read_identities(nodes: dict[str, Any], source: str) -> list[tuple[str, Identity]]:
    found = []
    for name, node in nodes.items():
        where = f"{source}: identities.{name}"
        if name not in IDENTITIES and name not in OPTIONAL_IDENTITIES:
            known = ", ".join((*IDENTITIES, *OPTIONAL_IDENTITIES))
            raise ConfigError(f"{where}: is not one of {known}")
        if not isinstance(node, dict):
            raise ConfigError(f"{where}: must be a table")
        grant = node.get("grant", "password" if "username" in node else "client_credentials")
        if grant not in _GRANTS:
            raise ConfigError(f"{where}.grant: must be one of {', '.join(_GRANTS)}")
        values = {
            "client_secret": os.environ.get(f"RINGME_SECRET_{name.upper()}"),
            "password": os.environ.get(f"RINGME_PASSWORD_{name.upper()}"),
        }
        parameters = {} if grant == "none" else {"grant_type": grant}
        for key in _GRANTS[grant]:
            value = values.get(key) or node.get(key)
            if not isinstance(value, str) or not value:
                hint = f", or RINGME_{_ENVIRONMENT[key]}_{name.upper()}" if key in values else ""
                raise ConfigError(f"{where}.{key}: is missing{hint}")
            parameters[key] = value
        found.append((name, Identity(name, parameters)))
    return found


_ENVIRONMENT = {"client_secret": "SECRET", "password": "PASSWORD"}
