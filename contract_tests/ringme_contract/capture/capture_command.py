"""The command `capture`, of the mock and of the kit."""

from __future__ import annotations

import sys
from typing import Any

import click

from ringme_contract.command_options import PATH, connection_options, document_options
from ringme_contract.missing import missing
from ringme_spec.command_line import WholeNumber


@click.command()
@click.argument("url", required=False)
@click.option(
    "--target",
    type=PATH,
    required=True,
    help="Target file, TOML, as `ringme-contract init` writes.",
)
@click.option("--out", type=PATH, required=True, help="New folder for the fixtures.")
@click.option(
    "--keep-personal-data",
    is_flag=True,
    help="Keep names, numbers, e-mails and texts. Secrets are never kept.",
)
@click.option(
    "--max-entries",
    type=WholeNumber(1),
    default=250_000,
    show_default=True,
    help="Maximum number of entries of a collection.",
)
@document_options
@connection_options
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

    def tell(text: str) -> None:
        for line in text.splitlines():
            click.echo(f"{program}: {line}", err=True)

    try:
        # Imported late: the libraries of the kit are not installed with the mock alone.
        from ringme_contract.capture.capture_run import run
        from ringme_spec.errors import ConfigError
    except ModuleNotFoundError as error:
        tell(missing(error))
        sys.exit(2)
    try:
        run(tell, **options)
    except ConfigError as error:
        tell(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        tell("interrupted; the same command goes on where it was")
        sys.exit(130)
