"""The command `ringme-mock serve`, after its options are parsed."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from ringme_mock.server import runner, tls
from ringme_mock.server.banner import ServerInfo, announce
from ringme_mock.server.configuration import control_of, settings_of, sources_of
from ringme_mock.server.log_format import announcer, log_to_terminal
from ringme_mock.server.option_types import RedisUrl
from ringme_mock.server.options import Options
from ringme_mock.server.runner import TimedServer, uvicorn_config
from ringme_mock.server.tls import Tls
from ringme_mock.store.cycle_search import search_cycles_seldom

if TYPE_CHECKING:
    from ringme_mock.server.kept_state import KeptState
    from ringme_mock.server.reload import ReloadingApp


def run(options: Options) -> None:
    """Serve until a signal arrives. Raises ConfigError if the mock cannot start."""
    if options.workers > 1 or isinstance(options.state, RedisUrl):
        _run_shared(options)
    else:
        _run_alone(options)


def _run_alone(options: Options) -> None:
    sources, settings, control = sources_of(options), settings_of(options), control_of(options)
    reloading: ReloadingApp | None = None
    kept: KeptState | None = None
    # On demand, as most runs do not need the imports.
    if options.reload:
        from ringme_mock.server.reload import ReloadingApp

        reloading = ReloadingApp(sources, settings, control)
        app = reloading.current
    elif isinstance(options.state, Path):
        from ringme_mock.server.kept_state import open_state

        kept = asyncio.run(open_state(options, options.state))
        app = kept.app
    else:
        app = sources.make(settings, control)
    listener = runner.listen(options.host, options.port)
    secured = _tls(options, listener)
    log_to_terminal(options.log_level, options.log_format)
    tell = announcer(options.log_format)
    info = replace(
        _info(options, listener, secured),
        watched=tuple(map(str, sources.named())) if reloading else (),
        state=kept.note if kept else "",
    )
    server = TimedServer(
        uvicorn_config(
            reloading or app,
            # Otherwise uvicorn reads it from the environment.
            workers=1,
            ssl_context_factory=secured.factory if secured else None,
        )
    )
    if reloading:
        server.beside = partial(reloading.watch, tell)
    server.ended = lambda: (reloading.current if reloading else app).sessions.stop()
    if kept is not None:
        # Not after `run`, as uvicorn then repeats the signal, which ends the process.
        server.beside, server.closed = kept.run, kept.close
    server.announce = partial(announce, tell, options.log_format, app, info)
    search_cycles_seldom()
    server.run(sockets=[listener])


def _run_shared(options: Options) -> None:
    # On demand, as only --workers and databases need the import.
    from ringme_mock.server.workers import PATIENCE, Supervisor, Worker, locked, shared_folder

    with shared_folder() as folder:
        worker = Worker(options, folder, os.getpid() if options.workers > 1 else None)
        with locked(worker.state):
            kept = asyncio.run(worker.checked())
            listener = runner.listen(options.host, options.port)
            secured = _tls(options, listener)
            log_to_terminal(options.log_level, options.log_format)
            info = replace(
                _info(options, listener, secured),
                state=kept.note if options.state else "",
                workers=options.workers,
            )
            config = uvicorn_config(
                worker,
                lifespan="on",
                workers=options.workers,
                timeout_worker_healthcheck=PATIENCE,
                ssl_context_factory=secured.in_workers(folder) if secured else None,
            )
            tell = announcer(options.log_format)
            started = partial(announce, tell, options.log_format, kept.app, info)
            if options.workers > 1:
                supervisor = Supervisor(config, [listener])
                supervisor.announce = started
                supervisor.run()
            else:
                server = TimedServer(config)
                server.announce = started
                worker.end = partial(setattr, server, "should_exit", True)
                server.run(sockets=[listener])
                if worker.failed:
                    # So that a supervisor restarts it.
                    sys.exit(1)


def _info(options: Options, listener: socket.socket, secured: Tls | None) -> ServerInfo:
    return ServerInfo(
        url=runner.url(listener, "https" if secured else "http"),
        tls=secured,
        local=runner.is_local(listener),
        control=control_of(options),
        public_url=options.public_url,
    )


def _tls(options: Options, listener: socket.socket) -> Tls | None:
    if not options.https:
        return None
    if options.tls_certificate and options.tls_key:
        return tls.read_from(options.tls_certificate, options.tls_key)
    return tls.made_for((options.host, runner.address(listener), *options.tls_name), options.tls_ca)
