"""Options that commands share, each of which the environment can give as well."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ringme_contract.profiles import MOST_JOBS, PROFILES

_Function = TypeVar("_Function", bound=Callable[..., Any])


class Seconds(click.ParamType[float]):
    """A length of time: 30, 30s, 2m, 500ms."""

    name = "time"
    _UNITS = {"ms": 0.001, "s": 1, "": 1, "m": 60, "h": 3600}  # noqa: RUF012 - read only

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        if isinstance(value, float):
            return value
        match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,9})?)\s*(ms|s|m|h|)", str(value).strip())
        if match is None:
            self.fail(f"{value!r} is no length of time, such as 30s or 2m", param, ctx)
        return float(match[1]) * self._UNITS[match[2]]


def option(*names: str, **settings: Any) -> Callable[[_Function], _Function]:
    """An option that the environment can give as well, by RINGME_CONTRACT_ and its name."""
    name = next(one for one in names if one.startswith("--"))
    variable = "RINGME_CONTRACT_" + name[2:].replace("-", "_").upper()
    return click.option(*names, envvar=variable, **settings)


def document_options(function: _Function) -> _Function:
    overlay = option(
        "--overlay",
        type=click.Path(path_type=Path),
        multiple=True,
        help="OpenAPI Overlay to lay over the document; repeatable.",
    )
    document = option("--document", type=click.Path(path_type=Path), help="OpenAPI document.")
    return document(overlay(function))


def target_options(function: _Function) -> _Function:
    for decorate in (
        option("--timeout", type=Seconds(), help="Time limit of one response, such as 5s."),
        option(
            "--ca",
            type=click.Path(path_type=Path),
            help="Authorities to trust besides those of this machine, PEM.",
        ),
        option("--wait", type=Seconds(), default=0.0, help="Time to wait for the target."),
        document_options,
        option("--target", type=click.Path(path_type=Path), help="Target file, TOML."),
        click.argument("url", required=False, envvar="RINGME_CONTRACT_URL"),
    ):
        function = decorate(function)
    return function


def pace_options(function: _Function) -> _Function:
    for decorate in (
        option("--time-budget", type=Seconds(), help="Time limit of all checks, such as 2m."),
        option(
            "--jobs", type=click.IntRange(1, MOST_JOBS), help="Requests under way at once, at most."
        ),
        option(
            "--profile",
            type=click.Choice(list(PROFILES)),
            help="; ".join(f"{one.name}: {one.about}" for one in PROFILES.values()) + ".",
        ),
    ):
        function = decorate(function)
    return function
