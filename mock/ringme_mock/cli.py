"""Command line: `ringme-mock serve`, `ringme-mock docs`, and registered commands."""

from __future__ import annotations

import gc
import sys
from importlib.metadata import entry_points
from typing import Any

import click

from ringme_mock.docs.command import docs
from ringme_mock.server.log_format import announcer, complain
from ringme_mock.server.options import SERVE_OPTIONS, Options
from ringme_mock.version import __version__
from ringme_spec.command_line import OneLineGroup
from ringme_spec.errors import ConfigError

# Wide enough for most options to fit on one or two lines.
_WIDE = {"max_content_width": 100}
# Entry points of further commands.
_REGISTERED = "ringme_mock.commands"
# Optional imports of httpx, requests, Connexion and uvicorn that take megabytes of memory, and
# that serving does not need.
_UNUSED = ("httpx._main", "charset_normalizer", "flask")
_FOR_RELOAD = "watchfiles"


class _Commands(OneLineGroup):
    """Commands, also those that other packages register; an option without `serve` gets a hint."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return ["serve", "docs", *entry_points(group=_REGISTERED).names]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        found = super().get_command(ctx, cmd_name)
        registered = () if found else entry_points(group=_REGISTERED, name=cmd_name)
        return next((one.load() for one in registered), found)

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        try:
            return super().parse_args(ctx, args)
        except click.NoSuchOption as error:
            if any(error.option_name in one.opts for one in SERVE_OPTIONS):
                text = f"{error.option_name} is an option of serve: {ctx.command_path} serve"
                raise click.UsageError(f"{text} {error.option_name} ...", ctx) from None
            raise


@click.group(cls=_Commands)
@click.version_option(__version__, prog_name="ringme-mock")
def main() -> None:
    """A mock server for the groups of internal numbers of the RingMe telephony API.

    Example: ringme-mock serve --port 8080
    """


main.add_command(docs)


@main.command(params=SERVE_OPTIONS, context_settings=_WIDE)
def serve(**values: Any) -> None:
    """Run the mock until Ctrl-C.

    Each option can also be set by the environment variable beside it.

    \b
    Example:
      ringme-mock serve --port 9000 --fixtures ./my-fixtures --log-level info
    """
    options = Options(**values)
    try:
        for unused in _UNUSED if options.reload else (*_UNUSED, _FOR_RELOAD):
            sys.modules.setdefault(unused, None)  # type: ignore[arg-type]
        # Imported objects stay, so the garbage collector would search them for nothing.
        gc.disable()
        # On demand, as help and invalid options do not need the import.
        from ringme_mock.server.run import run

        gc.enable()
        run(options)
    except ConfigError as error:
        complain(options.log_format, str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        pass
    announcer(options.log_format).info("Stopped.")
