"""Options shared by commands, with their types; each has an environment variable."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import click

from ringme_contract.profiles import MOST_JOBS, PROFILES
from ringme_spec.command_line import Switch, WholeNumber

_Function = TypeVar("_Function", bound=Callable[..., Any])
PATH = click.Path(path_type=Path)


class Seconds(click.ParamType[float]):
    """A length of time above 0, in seconds: 30, 30s, 2m, 500ms. `or_none` allows 0."""

    name = "time"
    _UNITS = {"ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600}  # noqa: RUF012 - read only

    def __init__(self, or_none: bool = False) -> None:
        self._or_none = or_none

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|m|h|)", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is not a duration, such as 30s or 2m", param, ctx)
        seconds = float(match[1]) * self._UNITS[match[2]]
        if not (seconds or self._or_none):
            self.fail(f"{value!r} is too short; give a time such as 30s or 2m", param, ctx)
        return seconds


class DocsUrl(click.ParamType[str]):
    """URL of a folder of pages; a slash is added at the end."""

    name = "url"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        text = str(value).strip()
        if text and not _is_folder(text):
            self.fail(f"{value!r} is not a URL, such as https://docs.example/mock/", param, ctx)
        return f"{text.removesuffix('/')}/" if text else ""


def _is_folder(url: str) -> bool:
    try:
        parts = urlsplit(url)
        has_host = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    is_web = parts.scheme in ("http", "https")
    return is_web and has_host and not (parts.query or parts.fragment or " " in url)


def option(*names: str, **settings: Any) -> Callable[[_Function], _Function]:
    """An option with an environment variable: RINGME_CONTRACT_ and its name."""
    name = next(one for one in names if one.startswith("--"))
    variable = "RINGME_CONTRACT_" + name[2:].replace("-", "_").upper()
    if settings.get("is_flag"):
        settings["type"] = Switch()
    return click.option(*names, envvar=variable, **settings)


def _together(*options: Callable[[Any], Any]) -> Callable[[_Function], _Function]:
    """Combines decorators of options; `--help` lists the options in this order."""

    def decorate(function: _Function) -> _Function:
        for one in reversed(options):
            function = one(function)
        return function

    return decorate


document_options = _together(
    option("--document", type=PATH, help="OpenAPI document."),
    option(
        "--overlay",
        type=PATH,
        multiple=True,
        help="OpenAPI Overlay to apply to the document; repeatable.",
    ),
)
connection_options = _together(
    option("--ca", type=PATH, help="CA certificates to trust besides the system's, PEM."),
    option("--timeout", type=Seconds(), help="Time limit of one response, such as 5s."),
)
target_options = _together(
    click.argument("url", required=False, envvar="RINGME_CONTRACT_URL"),
    option("--target", type=PATH, help="Target file (TOML)."),
    document_options,
    option(
        "--wait",
        type=Seconds(or_none=True),
        default=0.0,
        help="How long to wait for the target to start, such as 30s.",
    ),
    connection_options,
)
pace_options = _together(
    option(
        "--profile",
        type=click.Choice(list(PROFILES)),
        help="; ".join(f"{one.name}: {one.about}" for one in PROFILES.values()) + ".",
    ),
    option("--jobs", type=WholeNumber(1, MOST_JOBS), help="Maximum number of concurrent requests."),
    option("--time-budget", type=Seconds(), help="Time limit of all checks, such as 2m."),
)
