"""One worker process on a port of its own: `python replica.py FOLDER [OPTIONS of serve]`.

The workers of `serve --workers` share a port, so nobody could tell which of them responds.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ringme_mock.cli import serve
from ringme_mock.server import runner
from ringme_mock.server.options import Options
from ringme_mock.server.runner import TimedServer, uvicorn_config
from ringme_mock.server.workers import Worker


def main(folder: str, *arguments: str) -> None:
    options = Options(**serve.make_context("serve", list(arguments)).params)
    listener = runner.listen("127.0.0.1", 0)
    worker = Worker(options, Path(folder), os.getppid())
    server = TimedServer(uvicorn_config(worker, lifespan="on"))
    server.announce = lambda: print(runner.url(listener, "http"), flush=True)  # noqa: T201
    server.run(sockets=[listener])


if __name__ == "__main__":
    main(*sys.argv[1:])
