"""Options that commands share, each of which the environment can give as well."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from ringme_contract.profiles import MOST_JOBS, PROFILES
from ringme_contract.seconds import Seconds
from ringme_spec.command_line import Switch, WholeNumber

_Function = TypeVar("_Function", bound=Callable[..., Any])


def option(*names: str, **settings: Any) -> Callable[[_Function], _Function]:
    """An option that the environment can give as well, by RINGME_CONTRACT_ and its name."""
    name = next(one for one in names if one.startswith("--"))
    variable = "RINGME_CONTRACT_" + name[2:].replace("-", "_").upper()
    if settings.get("is_flag"):
        settings["type"] = Switch()
    return click.option(*names, envvar=variable, **settings)


def document_options(function: _Function) -> _Function:
    overlay = option(
        "--overlay",
        type=click.Path(path_type=Path),
        multiple=True,
        help="OpenAPI Overlay to apply to the document; repeatable.",
    )
    document = option("--document", type=click.Path(path_type=Path), help="OpenAPI document.")
    return document(overlay(function))


def target_options(function: _Function) -> _Function:
    for decorate in (
        option("--timeout", type=Seconds(), help="Time limit of one response, such as 5s."),
        option(
            "--ca",
            type=click.Path(path_type=Path),
            help="CA certificates to trust besides the system's, PEM.",
        ),
        option(
            "--wait",
            type=Seconds(or_none=True),
            default=0.0,
            help="How long to wait for the target to start, such as 30s.",
        ),
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
            "--jobs", type=WholeNumber(1, MOST_JOBS), help="Maximum number of concurrent requests."
        ),
        option(
            "--profile",
            type=click.Choice(list(PROFILES)),
            help="; ".join(f"{one.name}: {one.about}" for one in PROFILES.values()) + ".",
        ),
    ):
        function = decorate(function)
    return function
