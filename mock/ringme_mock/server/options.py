"""Options of `ringme-mock serve`, each with an environment variable."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

import click

from ringme_mock.faults.latency import Latency, parse_latency
from ringme_mock.http.journal import DEFAULT_SIZE
from ringme_mock.server.option_types import (
    RedisUrl,
    ServeOption,
    TextType,
    read_address,
    read_host,
    read_name,
    read_origin,
    read_state,
    read_url,
)
from ringme_mock.store.quotas import MOST_ENTRIES
from ringme_spec.command_line import Number, Switch, WholeNumber
from ringme_spec.paths import FIXTURES, SPEC

TEXT, JSON = "text", "json"
NORMAL, ALWAYS = "normal", "always"
_LEVELS = ("critical", "error", "warning", "info", "debug")
_PATH = click.Path(path_type=Path)
_MOST_WORKERS = 64
_MOST_SESSIONS = 10_000
_LONGEST_JOURNAL = 1_000_000
_LARGEST_COLLECTION = 10_000_000


# ruff: noqa: RUF009 - _option returns a dataclass field, like field() itself.
def _option(text: str, **settings: Any) -> Any:
    settings.setdefault("show_default", "default" in settings)
    return field(metadata={"help": text, **settings})


def _flag(text: str) -> Any:
    return _option(text, is_flag=True, type=Switch())


@dataclass(frozen=True)
class Options:
    """Values of all options; each field is one option with its environment variable."""

    host: str = _option(
        "Address to listen on; 0.0.0.0 accepts connections from other machines.",
        type=TextType(read_address),
        default="127.0.0.1",
        metavar="ADDRESS",
    )
    port: int = _option(
        "Port to listen on; 0 chooses a free port.", type=WholeNumber(0, 65535), default=8080
    )
    fixtures: Path = _option(
        "Folder with the initial state.",
        default=FIXTURES,
        show_default="the built-in ones",
        type=_PATH,
    )
    add_fixtures: tuple[Path, ...] = _option(
        "Folder with more fixtures; its files replace those of the same name; repeatable.",
        multiple=True,
        type=_PATH,
    )
    today: bool = _flag(
        "Shift all date-times of the fixtures by whole days, so that the newest is from today."
    )
    spec: Path = _option(
        "OpenAPI document to serve.", default=SPEC, show_default="the built-in one", type=_PATH
    )
    overlay: tuple[Path, ...] = _option(
        "OpenAPI Overlay to apply to the document, such as your own resources; repeatable.",
        multiple=True,
        type=_PATH,
    )
    reload: bool = _flag("Reload the OpenAPI document, fixtures and faults file when they change.")
    workers: int = _option(
        "Number of processes, which share one state.",
        type=WholeNumber(1, _MOST_WORKERS),
        default=1,
    )
    state: Path | RedisUrl | None = _option(
        "Where to keep the state across restarts: a file, or the URL of a Redis or Valkey database,"
        " which several mocks can share. It keeps entries, tokens, sessions, snapshots, clocks,"
        " faults, calls in progress and deliveries. A file does not keep the journal, nor the"
        " requests counted for rate limits since the last change.",
        type=TextType(read_state),
        metavar="FILE|URL",
    )
    log_patience: float = _option(
        "How long a request waits for a database that cannot be reached, before it gets a 503.",
        type=click.FloatRange(0, 600),
        default=5,
        metavar="SECONDS",
    )
    sync: str = _option(
        "How safely --state writes a change to its file before the response: normal survives"
        " kill -9, but a power failure can lose the latest changes; always waits for the disk and"
        " loses nothing.",
        type=click.Choice((NORMAL, ALWAYS)),
        default=NORMAL,
    )
    seed: int | None = _option("Random seed.", type=int)
    latency: Latency = _option(
        "Delay of each response in milliseconds: 200, or 100-400.",
        type=TextType(parse_latency),
        default="0",
        metavar="MS|MS-MS",
    )
    faults: Path | None = _option(
        "YAML file with initial faults, each in the form that POST /__mock__/faults accepts.",
        type=_PATH,
    )
    no_control: bool = _flag("Turn the control interface and the page off.")
    allow_origin: tuple[str, ...] = _option(
        "Origin of pages that may call the API (CORS), such as https://app.test, besides those of"
        " this machine; * for all; repeatable.",
        multiple=True,
        type=TextType(read_origin),
        metavar="ORIGIN",
    )
    allow_host: tuple[str, ...] = _option(
        "Additional host name that requests may use when the mock listens on this machine only;"
        " * for all; repeatable.",
        multiple=True,
        type=TextType(read_host),
        metavar="NAME",
    )
    public_url: str = _option(
        "URL by which clients reach the mock, for the links in its responses.",
        type=TextType(read_url),
        default="",
        show_default="the Host of the request",
        metavar="URL",
    )
    control_from_any: bool = _flag(
        "Let other machines use the control interface: they can read and change everything."
    )
    max_sessions: int = _option(
        "Maximum number of sessions; a further one ends the session that was idle longest.",
        type=WholeNumber(1, _MOST_SESSIONS),
        default=100,
    )
    session_idle: int = _option(
        "Idle time after which a session ends.",
        type=WholeNumber(1),
        default=3600,
        metavar="SECONDS",
    )
    max_entries: int = _option(
        "Maximum number of entries in a collection; each 1024 characters of text count as one"
        " more; fixtures may exceed it.",
        type=WholeNumber(1, _LARGEST_COLLECTION),
        default=MOST_ENTRIES,
    )
    event_host: tuple[str, ...] = _option(
        "Host that events may be sent to, besides this machine and private networks; repeatable.",
        multiple=True,
        type=TextType(read_address),
        metavar="NAME",
    )
    event_retries: int = _option(
        "Number of retries of an event that could not be delivered, a second apart.",
        type=WholeNumber(0, 10),
        default=0,
    )
    page_size: int | None = _option(
        "Default page size of the call history.",
        type=WholeNumber(1, 1000),
        show_default="100, as the document says",
    )
    statistics_seconds: float = _option(
        "How long a request for call history or statistics takes; meanwhile, another such request"
        " of the same client gets a 429.",
        type=Number(0, 60),
        default=0,
        metavar="SECONDS",
    )
    journal: int = _option(
        "Maximum number of requests in a session's journal.",
        type=WholeNumber(0, _LONGEST_JOURNAL),
        default=DEFAULT_SIZE,
    )
    validate_responses: bool = _flag(
        "Check each response against the OpenAPI document; an invalid one is replaced by a 500."
    )
    tls: bool = _flag("Serve over https, with a certificate generated for this run.")
    tls_ca: Path | None = _option(
        "File to write the CA certificate to, for clients to trust.", type=_PATH
    )
    tls_name: tuple[str, ...] = _option(
        "Additional host name for the generated certificate; repeatable.",
        multiple=True,
        type=TextType(read_name),
        metavar="NAME",
    )
    tls_certificate: Path | None = _option(
        "Your own certificate, with its chain, in PEM.", type=_PATH
    )
    tls_key: Path | None = _option("Private key of --tls-certificate, in PEM.", type=_PATH)
    log_level: str = _option(
        "What to log; info shows each request.",
        type=click.Choice(_LEVELS, case_sensitive=False),
        default="warning",
    )
    log_format: str = _option(
        "Format of the log; json writes one JSON object per line.",
        type=click.Choice((TEXT, JSON), case_sensitive=False),
        default=TEXT,
    )

    def __post_init__(self) -> None:
        if self.no_control and self.control_from_any:
            raise click.UsageError("--no-control and --control-from-any cannot be used together")
        if self.reload and self.state is not None:
            raise click.UsageError(
                "--reload and --state cannot be used together: a saved state belongs to one"
                " document. Leave out --state: a reload keeps the state anyway"
            )
        if self.sync == ALWAYS and not isinstance(self.state, Path):
            raise click.UsageError("--sync always needs a state file; add --state FILE")
        if self.reload and self.workers > 1:
            raise click.UsageError(
                "--reload and --workers cannot be used together: SIGHUP restarts the workers"
            )
        if (self.tls_certificate is None) != (self.tls_key is None):
            raise click.UsageError(
                "--tls-certificate and --tls-key belong together: give both or neither"
            )
        for name, value in (("--tls-ca", self.tls_ca), ("--tls-name", self.tls_name)):
            if value and self.tls_certificate is not None:
                raise click.UsageError(
                    f"{name} applies only to the certificate that the mock generates:"
                    " leave it out with --tls-certificate"
                )

    @property
    def https(self) -> bool:
        return bool(self.tls or self.tls_ca or self.tls_name or self.tls_certificate)


SERVE_OPTIONS: list[click.Parameter] = [
    ServeOption(
        [f"--{one.name.replace('_', '-')}"],
        envvar=f"RINGME_MOCK_{one.name.upper()}",
        show_envvar=True,
        **one.metadata,
    )
    for one in fields(Options)
]
