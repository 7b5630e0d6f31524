"""The mock for Python tests: started and stopped by them, and controlled by method calls."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

import httpx

from ringme_mock.app import MockApp, create_app
from ringme_mock.faults.latency import parse_latency
from ringme_mock.http.sessions import Settings
from ringme_mock.server.runner import RunningServer
from ringme_mock.store.clock import Clock
from ringme_mock.store.quotas import MOST_ENTRIES
from ringme_spec.paths import FIXTURES, SPEC

_START_LIMIT = 30.0


class ControlError(Exception):
    """What the mock refused to do, in its own words."""


class MockServer:
    """A mock that answers on a free port of this machine while a `with` block lasts.

        with MockServer() as mock:
            token = mock.token_for("group_user")
            httpx.get(f"{mock.url}/api/ver1.0/user/", headers={"Authorization": f"Bearer {token}"})

    `overlays` are laid over the document, and the files of `added_fixtures` stand beside the
    fixtures. `latency` is such as `200` or `100-400`, in milliseconds; `max_entries` is how many
    entries of a collection requests can bring a session to. With `validate_responses` a response
    that breaks the document becomes a 500 that says where. Raises ConfigError for a document or
    fixtures that cannot be used.
    """

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
    ) -> None:
        settings = Settings(
            seed=seed,
            latency=parse_latency(latency),
            max_entries=max_entries,
            validate_responses=validate_responses,
        )
        self.app: MockApp = create_app(
            spec,
            fixtures,
            Clock(),
            settings,
            overlays=overlays,
            added_fixtures=added_fixtures,
        )
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
        """Begins to answer; when this returns, it does."""
        if self._running is None:
            self._running = RunningServer(self.app, self._port)

    def stop(self) -> None:
        """Ends all connections and gives the port back."""
        if self._running is not None:
            self._running.stop()
            self._running = None

    @property
    def url(self) -> str:
        """Where it answers, without a slash at the end. Raises ControlError when it does not."""
        if self._running is None:
            raise ControlError("the mock is not started: use `with MockServer() as mock:`")
        return self._running.url

    def session_url(self, name: str) -> str:
        """Where the session of that name answers."""
        return f"{self.url}/s/{name}"

    def reset(self, snapshot: str | None = None, keep: tuple[str, ...] = ()) -> None:
        """Back to the fixtures, or to a snapshot; `keep` as the control interface has it."""
        wanted: dict[str, Any] = {"keep": list(keep)}
        if snapshot is not None:
            wanted["snapshot"] = snapshot
        self.control("POST", "reset", wanted)

    def token_for(self, who: str, application: str | None = None) -> str:
        """A token for a login such as `sales-lead`, or a role such as `group_user`."""
        wanted = {"login": who}
        if application is not None:
            wanted["application"] = application
        token: str = self.control("POST", "tokens", wanted)["access_token"]
        return token

    def journal(self, **filters: Any) -> list[dict[str, Any]]:
        """The requests that it was asked, oldest first; filters as of `GET /__mock__/journal`."""
        found: list[dict[str, Any]] = self.control("GET", "journal", query=filters)
        return found

    def count(self, **wanted: Any) -> int:
        """How many requests had all this: `count(operation="createExtensionGroup", status=200)`."""
        found: int = self.control("POST", "journal/count", wanted)["count"]
        return found

    def advance(self, seconds: float) -> None:
        """Puts the clock forward: tokens expire, limits start anew."""
        self.control("POST", "clock/advance", {"seconds": seconds})

    def add_fault(self, **fault: Any) -> str:
        """Adds a fault, such as `answer={"status": 503}, times=2`, and gives its id."""
        name: str = self.control("POST", "faults", fault)["id"]
        return name

    def control(
        self, method: str, path: str, body: Any = None, query: dict[str, Any] | None = None
    ) -> Any:
        """Asks the control interface; `path` is what comes after /__mock__/.

        Gives the JSON of the answer, or None. Raises ControlError for what it refuses.
        """
        # Never through a proxy that the environment names: the mock is on this machine.
        with httpx.Client(trust_env=False, timeout=30) as client:
            answer = client.request(
                method,
                f"{self.url}/__mock__/{path}",
                params=query,
                **({} if body is None else {"json": body}),
            )
        if answer.is_error:
            raise ControlError(f"{method} {path}: {answer.json()['message']}")
        return answer.json() if answer.content else None
