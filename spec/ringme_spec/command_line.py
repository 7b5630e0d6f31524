"""Command lines that report invalid use in one line, and invalid numbers with the valid range."""

from __future__ import annotations

from typing import Any

import click


class OneLineGroup(click.Group):
    """Group of commands that reports invalid use of any of them in one line, with exit code 2."""

    def make_context(self, info_name: str | None, args: list[str], *rest: Any, **more: Any) -> Any:
        try:
            return super().make_context(info_name, args, *rest, **more)
        except click.UsageError as error:
            raise _refused(error, info_name or "") from None

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise _refused(error, ctx.command_path) from None


def _refused(error: click.UsageError, program: str) -> Exception:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error
    text = " ".join(error.format_message().split())
    command = error.ctx.command_path if error.ctx else program
    click.echo(f"{program}: {text} (see {command} --help)", err=True)
    return click.exceptions.Exit(error.exit_code)


class _InRange(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    """Number from `min` to `max`, both included."""

    kind = ""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            of: Any = self
            valid = f"of at least {of.min}" if of.max is None else f"from {of.min} to {of.max}"
            self.fail(f"{value!r} is not a {self.kind} {valid}", param, ctx)


class WholeNumber(_InRange, click.IntRange):
    kind = "whole number"


class Number(_InRange, click.FloatRange):
    kind = "number"


class Switch(click.types.BoolParamType):
    """Value of an environment variable that turns a flag on or off."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter:
            self.fail(f"{value!r} is neither true nor false", param, ctx)
