"""The command line: `ringme-mock serve`."""

from __future__ import annotations

import logging
import socket
import sys
from pathlib import Path

import click
import uvicorn

from ringme_mock import __version__
from ringme_mock.app import create_app
from ringme_mock.banner import banner
from ringme_mock.errors import StartError
from ringme_mock.paths import FIXTURES, SPEC

_LEVELS = ("critical", "error", "warning", "info", "debug")
_BACKLOG = 2048


@click.group()
@click.version_option(__version__, prog_name="ringme-mock")
def main() -> None:
    """A mock server for the groups of internal numbers of the RingMe telephony API.

    Example: ringme-mock serve --port 8080
    """


@main.command()
@click.option(
    "--host",
    default="127.0.0.1",
    envvar="RINGME_MOCK_HOST",
    help="Address to listen on; 0.0.0.0 lets other machines in.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=8080,
    envvar="RINGME_MOCK_PORT",
    help="Port to listen on; 0 takes a free one.",
)
@click.option(
    "--fixtures",
    type=click.Path(path_type=Path),
    default=FIXTURES,
    envvar="RINGME_MOCK_FIXTURES",
    show_default="those of the mock",
    help="Folder with the state to begin with.",
)
@click.option(
    "--spec",
    type=click.Path(path_type=Path),
    default=SPEC,
    envvar="RINGME_MOCK_SPEC",
    show_default="that of the mock",
    help="OpenAPI document to live by.",
)
@click.option(
    "--log-level",
    type=click.Choice(_LEVELS),
    default="warning",
    envvar="RINGME_MOCK_LOG_LEVEL",
    help="What to log; info shows each request.",
)
def serve(host: str, port: int, fixtures: Path, spec: Path, log_level: str) -> None:
    """Run the mock until Ctrl-C.

    Each option can also be given by the environment variable RINGME_MOCK_ and its name.

    \b
    Example:
      ringme-mock serve --port 9000 --fixtures ./my-fixtures --log-level info
    """
    try:
        _serve(host, port, fixtures, spec, log_level)
    except StartError as error:
        click.echo(f"ringme-mock: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo("Stopped.")


def _serve(host: str, port: int, fixtures: Path, spec: Path, log_level: str) -> None:
    app = create_app(spec, fixtures)
    listener = _listen(host, port)
    _log_to_terminal(log_level)
    config = uvicorn.Config(
        app,
        log_config=None,
        # Its log of requests would show the secrets in a query; the mock has one of its own.
        access_log=False,
        # The address is known and taken already, and printed below; a client that holds its
        # connection open must not hold up Ctrl-C.
        timeout_graceful_shutdown=1,
        server_header=False,
        lifespan="off",
    )
    click.echo(banner(app.contract, app.state, _url(listener)))
    _Server(config).run(sockets=[listener])


class _Server(uvicorn.Server):
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Ends all connections; requests that are cut off by that are nobody's fault."""
        logging.getLogger("uvicorn.error").disabled = True
        await super().shutdown(sockets)


def _log_to_terminal(level: str) -> None:
    logging.basicConfig(level=level.upper(), format="%(asctime)s %(levelname)s %(message)s")
    if level != "debug":
        for name in ("connexion", "uvicorn"):
            logging.getLogger(name).setLevel(logging.WARNING)


def _listen(host: str, port: int) -> socket.socket:
    """A listening socket. Raises StartError if the address cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(_BACKLOG)
    except OSError as error:
        listener.close()
        reason = error.strerror or str(error)
        raise StartError(
            f"cannot listen on {host} port {port}: {reason}; --port 0 takes a free port"
        ) from None
    listener.set_inheritable(True)
    return listener


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    if host in ("0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        host = "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
