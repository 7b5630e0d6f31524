"""A mock with one fault, or a server that implements nothing, as a process of its own.

    python -m ringme_contract.proof.server --fault end-exclusive --port 0

Prints its URL when it is ready to answer.
"""

from __future__ import annotations

import logging
import socket
import sys

import click
import uvicorn

from ringme_contract.proof.fault import all_faults
from ringme_contract.proof.null_servers import NULL_SERVERS, null_app
from ringme_contract.proof.site import faulty_app


class _FirstFailure(logging.Handler):
    """Writes what the first exception was that came out of the mock, in one line."""

    said = False

    def emit(self, record: logging.LogRecord) -> None:
        """Writes it, and nothing of those that follow: nobody reads while the server runs."""
        if self.said or record.exc_info is None or record.exc_info[1] is None:
            return
        self.said = True
        error = record.exc_info[1]
        sys.stderr.write(f"{type(error).__name__}: {str(error)[:300]}\n")
        sys.stderr.flush()


@click.command()
@click.option("--fault", type=click.Choice(list(all_faults())), help="The fault to put in.")
@click.option("--null", type=click.Choice(list(NULL_SERVERS)), help="Serve this instead of a mock.")
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="0 takes a free one.")
def main(fault: str | None, null: str | None, port: int) -> None:
    """Serves the mock on the loopback interface, without options a healthy one."""
    logging.basicConfig(level=logging.ERROR, handlers=[_FirstFailure()])
    app = null_app(null) if null else faulty_app(all_faults()[fault] if fault else None)
    listener = socket.create_server(("127.0.0.1", port))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, lifespan="off", timeout_graceful_shutdown=1
    )
    # The listener takes connections from here on; the server answers them in a moment.
    click.echo(f"http://127.0.0.1:{listener.getsockname()[1]}")
    sys.stdout.flush()
    uvicorn.Server(config).run(sockets=[listener])


if __name__ == "__main__":
    main()
