"""Target file: the URL, identities and limits of the implementation under test."""

from __future__ import annotations

import math
import os
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ringme_contract.datetime_texts import DATETIME
from ringme_contract.profiles import DEFAULT, JOBS, PROFILES
from ringme_spec.contract import Contract, read_contract
from ringme_spec.errors import ConfigError, file_errors, unknown_key
from ringme_spec.paths import SPEC

# The identities that checks use. A target may leave some out; checks that need them are then not
# reached.
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
    "public": "a public application of the client, which asks for no permission",
}
# Identities that no rule needs; they let the kit check more.
OPTIONAL_IDENTITIES = {
    "other_public": "a second public application of the client",
    "foreign_public": "a public application of the second client",
    "other_login": "a second password_credentials application of the client",
    "blocked_client": "an active user of a client that is blocked",
    "limited": "a user of a client whose application allows few requests an hour, at most 20",
}
# Identities whose token request must be refused.
REFUSED = ("blocked", "blocked_client")


@dataclass(frozen=True)
class Identity:
    """An identity, and the parameters of its token request."""

    name: str
    parameters: dict[str, str]

    @property
    def application(self) -> dict[str, str]:
        return {name: self.parameters[name] for name in ("client_id", "client_secret")}


@dataclass(frozen=True)
class Target:
    """The implementation under test, as its target file describes it.

    `range` is a time range, as texts, in which recorded items exist. `requests_per_second` 0 means
    no limit; `jobs` is the maximum number of concurrent requests. `budget` (0: that of the profile)
    and `timeout`, the limit of one response, are in seconds. `ca` is a file of trusted
    certificates, `file_hosts` are other hosts that URLs of files may point to, `event_receiver` is
    the name by which the target reaches this machine. `capture` has values that a service does not
    show, by collection and property.
    """

    url: str
    identities: dict[str, Identity]
    range: tuple[str, str]
    off: frozenset[str] = frozenset()
    read_only: bool = False
    delete_recorded_items: bool = False
    change_existing_entries: bool = False
    requests_per_second: float = 0
    jobs: int = JOBS
    profile: str = DEFAULT
    budget: float = 0
    source: str = "target"
    timeout: float = 10
    ca: Path | None = None
    file_hosts: tuple[str, ...] = ()
    capture: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    event_receiver: str = ""

    @property
    def time_budget(self) -> float:
        """The time limit of all checks together, in seconds."""
        return self.budget or PROFILES[self.profile].time_budget

    @property
    def secrets(self) -> Iterator[str]:
        for identity in self.identities.values():
            for name in _SECRETS & identity.parameters.keys():
                yield identity.parameters[name]


_SECRETS = {"client_secret", "password"}
_GRANTS = {
    "client_credentials": ("client_id", "client_secret"),
    "password": ("client_id", "client_secret", "username", "password"),
    "authorization_code": ("client_id", "client_secret", "redirect_uri"),
    "none": ("client_id", "client_secret"),
}
# The grants of applications that only users created by the kit log in through.
_OF_USERS = ("authorization_code", "none")
_TYPES: dict[str, type | tuple[type, ...]] = {
    "url": str,
    "read_only": bool,
    "delete_recorded_items": bool,
    "change_existing_entries": bool,
    "requests_per_second": (int, float),
    "jobs": int,
    "profile": str,
    "time_budget": (int, float),
    "timeout": (int, float),
    "ca": str,
    "file_hosts": list,
    "event_receiver": str,
    "off": list,
    "range": dict,
    "identities": dict,
    "capture": dict,
}
_KEYS = ("grant", *_GRANTS["password"], "redirect_uri")
_RANGE = ("start", "end")
_KINDS = {
    bool: "true or false", int: "a whole number", str: "text", list: "a list", dict: "a table",
}  # fmt: skip
_POSITIVE = ("time_budget", "timeout", "jobs")
# The target for a mock with its own fixtures.
MOCK = Path(__file__).with_name("mock.toml")


def read_toml(path: Path) -> dict[str, Any]:
    """The content of a TOML file. Raises ConfigError."""
    try:
        with file_errors(path, "read"):
            return tomllib.loads(path.read_bytes().decode("utf-8"))
    except UnicodeDecodeError:
        raise ConfigError(f"{path}: is not text in UTF-8") from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: is not valid TOML: {error}") from None


def template(contract: Contract) -> str:
    text = Path(__file__).with_name("target_template.toml").read_text("utf-8")
    known = contract.capabilities.values()
    width = max((len(one.name) for one in known), default=0)
    lines = "".join(f"#   {one.name:{width}}  {one.text}\n" for one in known)
    return text.replace("#   CAPABILITIES\n", lines)


def load_target(path: Path, url: str | None = None, contract: Contract | None = None) -> Target:
    """Reads a target from a TOML file. `url` takes precedence over the one in the file.

    Capabilities that are off must be in `contract`, by default that of the distribution. Secrets
    may be in the environment instead: RINGME_SECRET_<identity> and RINGME_PASSWORD_<identity>, in
    capitals. Raises ConfigError, with a line for each problem.
    """
    content = read_toml(path)
    problems: list[str] = []
    if url:
        content["url"] = url
    values = _read_values(content, problems)
    problems += _unknown_capabilities(values.get("off", ()), contract)
    bounds = _read_range(values.pop("range"), problems)
    identities = dict(_read_identities(values.pop("identities"), problems))
    problems += [
        f"capture.{name}: must be a table"
        for name, node in values.get("capture", {}).items()
        if not isinstance(node, dict)
    ]
    if problems:
        raise ConfigError("\n".join(f"{path}: {one}" for one in problems))
    values |= {
        "url": values["url"].rstrip("/"),
        "off": frozenset(values.get("off", ())),
        "budget": values.pop("time_budget", 0),
        "file_hosts": tuple(map(str, values.get("file_hosts", ()))),
        # Relative to the folder of the target file.
        "ca": path.parent / values["ca"] if "ca" in values else None,
    }
    return Target(identities=identities, range=bounds, source=str(path), **values)


def _read_values(content: dict[str, Any], problems: list[str]) -> dict[str, Any]:
    """The keys that have a value of the right type; missing tables are empty."""
    found: dict[str, Any] = {"range": {}, "identities": {}}
    for name, value in content.items():
        kinds = _TYPES.get(name)
        if kinds is None:
            problems.append(unknown_key(name, _TYPES))
        elif not isinstance(value, kinds) or (isinstance(value, bool) and kinds is not bool):
            kind = _KINDS[kinds] if isinstance(kinds, type) else "a number"
            problems.append(f"{name}: must be {kind}, not {value!r}")
        elif isinstance(value, int | float) and not _is_amount(value, name in _POSITIVE):
            least = "more than 0" if name in _POSITIVE else "0 or more"
            problems.append(f"{name}: must be {least}, not {value!r}")
        else:
            found[name] = value
    if "url" not in content:
        problems.append("url: is missing")
    elif not found.get("url", "http://").startswith(("http://", "https://")):
        problems.append("url: must begin with http:// or https://")
    if found.get("profile", DEFAULT) not in PROFILES:
        problems.append(f"profile: {unknown_key(found['profile'], PROFILES, 'value')}")
    return found


def _unknown_capabilities(off: Sequence[object], contract: Contract | None) -> Iterator[str]:
    if off:
        known = list((contract or read_contract(SPEC)).capabilities)
        for name in off:
            if name not in known:
                yield f"off: {unknown_key(str(name), known, 'value')}"


def _read_range(node: dict[str, Any], problems: list[str]) -> tuple[str, str]:
    form, before = "YYYY-MM-DD HH:MM:SS in quotes", len(problems)
    for name in ("start", "end"):
        if name not in node:
            problems.append(f"range.{name}: is missing, {form}")
        elif not isinstance(node[name], str) or not DATETIME.fullmatch(node[name]):
            problems.append(f"range.{name}: must be {form}, not {str(node[name])!r}")
    problems += [f"range: {unknown_key(name, _RANGE)}" for name in node if name not in _RANGE]
    start, end = str(node.get("start")), str(node.get("end"))
    if len(problems) == before and start > end:
        problems.append("range: start must not be after end")
    return start, end


def _is_amount(value: float, positive: bool) -> bool:
    return math.isfinite(value) and (value > 0 if positive else value >= 0)


def _read_identities(nodes: dict[str, Any], problems: list[str]) -> Iterator[tuple[str, Identity]]:
    roles = (*IDENTITIES, *OPTIONAL_IDENTITIES)
    for name, node in nodes.items():
        where = f"identities.{name}"
        if name not in roles:
            problems.append(f"identities: {unknown_key(name, roles)}")
        elif not isinstance(node, dict):
            problems.append(f"{where}: must be a table")
        else:
            yield name, Identity(name, dict(_read_parameters(name, node, problems)))


def _read_parameters(
    name: str, node: dict[str, Any], problems: list[str]
) -> Iterator[tuple[str, str]]:
    where = f"identities.{name}"
    problems += [f"{where}: {unknown_key(key, _KEYS)}" for key in node if key not in _KEYS]
    likely = "password" if "username" in node else "client_credentials"
    grant = node.get("grant", "authorization_code" if "redirect_uri" in node else likely)
    if grant not in list(_GRANTS):
        problems.append(f"{where}.grant: {unknown_key(str(grant), _GRANTS, 'value')}")
        return
    if grant not in _OF_USERS:
        yield "grant_type", grant
    for key in _GRANTS[grant]:
        variable = f"RINGME_{_ENVIRONMENT[key]}_{name.upper()}" if key in _ENVIRONMENT else ""
        value = os.environ.get(variable) or node.get(key)
        if isinstance(value, str) and value:
            yield key, value
        elif value:
            problems.append(f"{where}.{key}: must be text in quotes")
        else:
            problems.append(f"{where}.{key}: is missing{variable and f', or {variable}'}")


_ENVIRONMENT = {"client_secret": "SECRET", "password": "PASSWORD"}
