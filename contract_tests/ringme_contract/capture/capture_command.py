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
    help="Target file (TOML), as written by `ringme-contract init`.",
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

    Nothing is changed there: all requests except those for a token are GET. URL is the part before
    /api/ver1.0; the default is the URL of the target file, which also sets the range of the calls.
    The folder is created when the capture is complete; run the same command again to continue an
    interrupted capture.

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
        tell("interrupted; run the same command again to continue")
        sys.exit(130)
