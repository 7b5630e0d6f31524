"""The command `ringme-mock docs`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from ringme_spec.errors import ConfigError
from ringme_spec.paths import SPEC


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@click.option(
    "--report",
    type=click.Path(path_type=Path),
    help="Folder with a contract report to include.",
)
@click.option(
    "--spec",
    type=click.Path(path_type=Path),
    default=SPEC,
    envvar="RINGME_MOCK_SPEC",
    show_default="the built-in one",
    help="OpenAPI document to describe.",
)
@click.option(
    "--overlay",
    type=click.Path(path_type=Path),
    multiple=True,
    envvar="RINGME_MOCK_OVERLAY",
    help="OpenAPI Overlay to apply to the document; repeatable.",
)
def docs(folder: Path, report: Path | None, spec: Path, overlay: tuple[Path, ...]) -> None:
    """Build the documentation as a static site in FOLDER.

    An existing site is replaced; any other folder must be new or empty.

    \b
    Example:
      ringme-mock docs site --report reports
    """
    # On demand, as other commands do not need the imports.
    from ringme_mock.docs.build import build_site
    from ringme_spec.contract import read_contract

    try:
        pages = build_site(folder, read_contract(spec, overlay), report)
    except ConfigError as error:
        for line in str(error).splitlines():
            click.echo(f"ringme-mock: {line}", err=True)
        sys.exit(2)
    click.echo(f"{len(pages)} pages are in {folder}: open {folder / pages[0]}")
