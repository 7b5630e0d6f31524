"""The command `capture`, of the mock and of the kit."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from ringme_contract.missing import missing
from ringme_contract.seconds import Seconds
from ringme_spec.command_line import WholeNumber

_PATH = click.Path(path_type=Path)
_MOST = 250_000


@click.command()
@click.argument("url", required=False)
@click.option(
    "--target",
    type=_PATH,
    required=True,
    help="Target file, TOML, as `ringme-contract init` writes.",
)
@click.option("--out", type=_PATH, required=True, help="New folder for the fixtures.")
@click.option(
    "--keep-personal-data",
    is_flag=True,
    help="Keep names, numbers, e-mails and texts. Secrets are never kept.",
)
@click.option(
    "--max-entries",
    type=WholeNumber(1),
    default=_MOST,
    show_default=True,
    help="Maximum number of entries of a collection.",
)
@click.option("--document", type=_PATH, help="OpenAPI document.")
@click.option(
    "--overlay",
    type=_PATH,
    multiple=True,
    help="OpenAPI Overlay to apply to the document; repeatable.",
)
@click.option("--timeout", type=Seconds(), help="Time limit of one response, such as 5s.")
@click.option("--ca", type=_PATH, help="CA certificates to trust besides the system's, PEM.")
@click.pass_context
def capture(ctx: click.Context, /, **options: Any) -> None:
    """Copy a client of a live service into fixtures.

    Nothing is changed there: all requests but those for a token are GET. URL is what comes before
    /api/ver1.0; without it, that of the target file counts, which also names the range of the
    calls. The folder appears when it is complete; an interrupted capture goes on when it is started
    again.

    \b
    Example:
      ringme-mock capture https://api.example.com --target target.toml --out my-company
      ringme-mock serve --fixtures my-company
    """
    program = ctx.find_root().info_name or "ringme-mock"
    try:
        # Only now: what the contract kit needs is not installed with the mock alone.
        from ringme_contract.capture.capture_run import Options, run
        from ringme_spec.errors import ConfigError
    except ModuleNotFoundError as error:
        click.echo(f"{program}: {missing(error)}", err=True)
        sys.exit(2)
    try:
        run(Options(**options), _teller(program))
    except ConfigError as error:
        for line in str(error).splitlines():
            click.echo(f"{program}: {line}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        click.echo(f"{program}: interrupted; the same command goes on where it was", err=True)
        sys.exit(130)


def _teller(program: str) -> Callable[[str], None]:
    return lambda text: click.echo(f"{program}: {text}", err=True)
