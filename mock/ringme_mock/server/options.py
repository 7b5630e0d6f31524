"""What `ringme-mock serve` can be told, each by an option or by a variable of the environment."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ringme_mock.faults.latency import Latency, parse_latency
from ringme_mock.http.journal import DEFAULT_SIZE
from ringme_mock.store.quotas import MOST_ENTRIES
from ringme_spec.paths import FIXTURES, SPEC

TEXT, JSON = "text", "json"
_LEVELS = ("critical", "error", "warning", "info", "debug")
_VARIABLE = "RINGME_MOCK_"
_MOST_SESSIONS = 10_000
_LONGEST_JOURNAL = 1_000_000
_LARGEST_COLLECTION = 10_000_000


@dataclass(frozen=True)
class Options:
    """The values of all options; each attribute is named for its own."""

    host: str
    port: int
    fixtures: Path
    add_fixtures: tuple[Path, ...]
    spec: Path
    overlay: tuple[Path, ...]
    reload: bool
    seed: int | None
    latency: Latency
    faults: Path | None
    no_control: bool
    control_from_any: bool
    max_sessions: int
    session_idle: int
    max_entries: int
    journal: int
    validate_responses: bool
    tls: bool
    tls_ca: Path | None
    tls_certificate: Path | None
    tls_key: Path | None
    log_level: str
    log_format: str

    def __post_init__(self) -> None:
        """Raises UsageError for options that contradict each other."""
        if self.no_control and self.control_from_any:
            raise click.UsageError(
                "--no-control and --control-from-any exclude each other: give one of them"
            )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise click.UsageError(
                "--tls-certificate and --tls-key belong together: give both or none"
            )
        if self.tls_ca is not None and self.tls_certificate is not None:
            raise click.UsageError(
                "--tls-ca is for the certificate that the mock makes itself:"
                " leave it out with --tls-certificate"
            )

    @property
    def https(self) -> bool:
        """Whether it answers over TLS; each option about that asks for it."""
        return self.tls or self.tls_ca is not None or self.tls_certificate is not None


class OneLineCommand(click.Command):
    """A command that says in one line what is wrong with its options, and ends with code 2."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Reads the options."""
        try:
            return super().parse_args(ctx, args)
        except click.UsageError as error:
            raise refused(ctx, error) from None

    def invoke(self, ctx: click.Context) -> Any:
        """Runs the command."""
        try:
            return super().invoke(ctx)
        except click.UsageError as error:
            raise refused(ctx, error) from None


def refused(ctx: click.Context, error: click.UsageError) -> click.exceptions.Exit:
    """Prints what is wrong, and where to read what would be right."""
    text = " ".join(error.format_message().split())
    click.echo(f"ringme-mock: {text} (see {ctx.command_path} --help)", err=True)
    return click.exceptions.Exit(2)


class _LatencyType(click.ParamType):  # type: ignore[type-arg, unused-ignore]
    name = "latency"

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> Latency:
        """The latency that a text stands for."""
        if isinstance(value, Latency):
            return value
        try:
            return parse_latency(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


def _option(name: str, **settings: Any) -> click.Option:
    variable = _VARIABLE + name.removeprefix("--").replace("-", "_").upper()
    settings.setdefault("show_default", "default" in settings)
    return click.Option([name], envvar=variable, show_envvar=True, **settings)


def _path(name: str, **settings: Any) -> click.Option:
    return _option(name, type=click.Path(path_type=Path), **settings)


SERVE_OPTIONS: list[click.Parameter] = [
    _option(
        "--host",
        default="127.0.0.1",
        help="Address to listen on; 0.0.0.0 lets other machines in.",
    ),
    _option(
        "--port",
        type=click.IntRange(0, 65535),
        default=8080,
        help="Port to listen on; 0 takes a free one.",
    ),
    _path(
        "--fixtures",
        default=FIXTURES,
        show_default="those of the mock",
        help="Folder with the state to begin with.",
    ),
    _path(
        "--add-fixtures",
        multiple=True,
        help="Folder whose fixtures are added to those, or replace them by name; repeatable.",
    ),
    _path(
        "--spec",
        default=SPEC,
        show_default="that of the mock",
        help="OpenAPI document to serve.",
    ),
    _path(
        "--overlay",
        multiple=True,
        help="OpenAPI Overlay to lay over the document, such as resources of your own; repeatable.",
    ),
    _option(
        "--reload",
        is_flag=True,
        help="Take changes of document, fixtures and faults file as they are saved.",
    ),
    _option(
        "--seed",
        type=int,
        help="Make what is generated the same in each run.",
    ),
    _option(
        "--latency",
        type=_LatencyType(),
        default="0",
        metavar="MS|MS-MS",
        help="Time that each answer takes, in milliseconds: 200, or 100-400.",
    ),
    _path(
        "--faults",
        help="YAML file with faults to begin with, as POST /__mock__/faults takes them.",
    ),
    _option(
        "--no-control",
        is_flag=True,
        help="Leave the control interface out.",
    ),
    _option(
        "--control-from-any",
        is_flag=True,
        help="Let other machines use the control interface: they can read and change everything.",
    ),
    _option(
        "--max-sessions",
        type=click.IntRange(1, _MOST_SESSIONS),
        default=100,
        help="How many sessions there can be at a time.",
    ),
    _option(
        "--session-idle",
        type=click.IntRange(1),
        default=3600,
        metavar="SECONDS",
        help="Time after which a session that nobody uses ends.",
    ),
    _option(
        "--max-entries",
        type=click.IntRange(1, _LARGEST_COLLECTION),
        default=MOST_ENTRIES,
        help="How many entries of a collection requests can bring a session to.",
    ),
    _option(
        "--journal",
        type=click.IntRange(0, _LONGEST_JOURNAL),
        default=DEFAULT_SIZE,
        help="How many requests a session's journal keeps.",
    ),
    _option(
        "--validate-responses",
        is_flag=True,
        help="Check each answer against the document; one that breaks it becomes a 500.",
    ),
    _option(
        "--tls",
        is_flag=True,
        help="Answer over https, with a certificate made for this run.",
    ),
    _path(
        "--tls-ca",
        help="File to write the authority of that certificate to, for clients to trust.",
    ),
    _path(
        "--tls-certificate",
        help="Certificate of your own, with its chain, in PEM.",
    ),
    _path(
        "--tls-key",
        help="Private key of that certificate, in PEM.",
    ),
    _option(
        "--log-level",
        type=click.Choice(_LEVELS),
        default="warning",
        help="What to log; info shows each request.",
    ),
    _option(
        "--log-format",
        type=click.Choice((TEXT, JSON)),
        default=TEXT,
        help="json prints one JSON object a line, and nothing else.",
    ),
]
