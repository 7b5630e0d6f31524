"""Mock for Python tests: started, stopped and controlled by method calls."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, TypeVar

import httpx

from ringme_mock.app import LOOPBACK, MockApp
from ringme_mock.faults.latency import parse_latency
from ringme_mock.http.admission import Admission
from ringme_mock.http.sessions import Settings
from ringme_mock.server.runner import RunningServer
from ringme_mock.server.sources import Sources
from ringme_mock.store.quotas import MOST_ENTRIES
from ringme_spec.paths import FIXTURES, SPEC

if TYPE_CHECKING:
    from ringme_mock.server.kept_state import KeptState

_T = TypeVar("_T")


class ControlError(Exception):
    """A request that the control interface refused, with its message."""


class MockServer:
    """A mock on a free port of this machine for the time of a `with` block.

        with MockServer() as mock:
            token = mock.token_for("group_user")
            httpx.get(f"{mock.url}/api/ver1.0/user/", headers={"Authorization": f"Bearer {token}"})

    The arguments are those of `ringme-mock serve`. `latency` is text such as `200` or `100-400`, in
    milliseconds. With `validate_responses`, a response that breaks the document becomes a 500. With
    `today`, the date-times of the fixtures are moved so that the newest item is of today.
    `page_size` is the default page size of the call history. A request for the call history takes
    `statistics_seconds`, during which further ones of the client are refused. Pages of
    `allow_origins` may call the mock, and requests may use the host names `allow_hosts` (`*` allows
    all). Links in responses begin with `public_url`. A file `state` keeps the state for the next
    start.

    Raises ConfigError for an invalid document or fixtures.
    """

    app: MockApp

    def __init__(
        self,
        *,
        spec: Path = SPEC,
        overlays: Sequence[Path] = (),
        fixtures: Path = FIXTURES,
        added_fixtures: Sequence[Path] = (),
        port: int = 0,
        seed: int | None = None,
        latency: str = "0",
        max_entries: int = MOST_ENTRIES,
        validate_responses: bool = False,
        today: bool = False,
        page_size: int | None = None,
        statistics_seconds: float = 0,
        allow_origins: Sequence[str] = (),
        allow_hosts: Sequence[str] = (),
        public_url: str = "",
        state: Path | None = None,
    ) -> None:
        self._settings = Settings(
            seed=seed,
            latency=parse_latency(latency),
            max_entries=max_entries,
            validate_responses=validate_responses,
            today=today,
            page_size=page_size,
            statistics_seconds=statistics_seconds,
            # It listens on this machine only.
            admission=Admission(
                frozenset(allow_origins), frozenset(allow_hosts), public_url.rstrip("/")
            ),
        )
        self._sources = Sources(
            spec, fixtures, overlays=tuple(overlays), added_fixtures=tuple(added_fixtures)
        )
        self._state = state
        if state is None:
            self.app = self._sources.make(self._settings, LOOPBACK)
        self._port = port
        self._running: RunningServer | None = None

    def __enter__(self) -> MockServer:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def start(self) -> None:
        """Start to serve; returns when the mock responds.

        Raises ConfigError for a state file that is in use, damaged, or made with other arguments.
        """
        if self._running is not None:
            return
        kept = None
        if self._state is not None:
            kept = _finished(self._open(self._state))
            self.app = kept.app
        try:
            self._running = RunningServer(self.app, self._port, kept=kept)
        except BaseException:
            if kept is not None:
                # Otherwise the file would stay in use.
                _finished(kept.close())
            raise

    async def _open(self, path: Path) -> KeptState:
        # On demand, as few mocks keep their state.
        from ringme_mock.command_log.file_log import FileLog
        from ringme_mock.server.kept_state import KeptState

        kept = KeptState(FileLog(path))
        await kept.open(self._sources, self._settings, LOOPBACK)
        return kept

    def stop(self) -> None:
        if self._running is not None:
            self._running.stop()
            self._running = None

    @property
    def url(self) -> str:
        """Base URL, without a trailing slash. Raises ControlError if the mock is not started."""
        if self._running is None:
            raise ControlError("the mock is not started: use `with MockServer() as mock:`")
        return self._running.url

    def session_url(self, name: str) -> str:
        return f"{self.url}/s/{name}"

    def reset(self, snapshot: str | None = None, keep: tuple[str, ...] = ()) -> None:
        """Reset to the fixtures, or to a snapshot; `keep` as in the control interface."""
        wanted: dict[str, Any] = {"keep": list(keep)}
        if snapshot is not None:
            wanted["snapshot"] = snapshot
        self.control("POST", "reset", wanted)

    def token_for(self, who: str, application: str | None = None) -> str:
        """Get a token for a login such as `sales-lead`, or a role such as `group_user`."""
        wanted = {"login": who}
        if application is not None:
            wanted["application"] = application
        token: str = self.control("POST", "tokens", wanted)["access_token"]
        return token

    def journal(self, **filters: Any) -> list[dict[str, Any]]:
        """List requests, oldest first; filters as in `GET /__mock__/journal`."""
        found: list[dict[str, Any]] = self.control("GET", "journal", query=filters)
        return found

    def count(self, **wanted: Any) -> int:
        """Count requests, such as `count(operation="createExtensionGroup", status=200)`."""
        found: int = self.control("POST", "journal/count", wanted)["count"]
        return found

    def advance(self, seconds: float) -> None:
        """Advance the clock: tokens expire, limits are reset."""
        self.control("POST", "clock/advance", {"seconds": seconds})

    def add_fault(self, **fault: Any) -> str:
        """Add a fault, such as `answer={"status": 503}, times=2`. Returns its id."""
        name: str = self.control("POST", "faults", fault)["id"]
        return name

    def control(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None
    ) -> Any:
        """Send a request to the control interface; `path` is relative to /__mock__/.

        Returns the JSON of the response, or None. Raises ControlError for a refused request.
        """
        # The mock is on this machine, so proxies of the environment are ignored.
        with httpx.Client(trust_env=False, timeout=30) as client:
            response = client.request(
                method,
                f"{self.url}/__mock__/{path}",
                params=query,
                **({} if body is None else {"json": body}),
            )
        if response.is_error:
            raise ControlError(f"{method} {path}: {response.json()['message']}")
        return response.json() if response.content else None


def _finished(work: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine in a thread, as a test may have an event loop of its own."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()
