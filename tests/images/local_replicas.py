"""Replicas in one process with a log in memory, and clients of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from functools import cache
from typing import Any

import httpx
import orjson

from images.memory_log import LogContents, MemoryLog
from ringme_mock.app import MockApp
from ringme_mock.command_log.log import Log
from ringme_mock.command_log.replica import Replica
from ringme_mock.command_log.upkeep import Upkeep
from ringme_mock.delivery.attempt import Response
from ringme_mock.http.image import Image
from ringme_mock.http.sessions import Session, Sessions, Settings
from ringme_mock.store.archive import export_state
from ringme_mock.store.fixtures import load_store
from ringme_mock.store.store import Store
from ringme_spec.contract import Contract, read_contract
from ringme_spec.paths import FIXTURES, SPEC
from support.server import SECRETS

# Time at which the state was created.
CREATED = 1_700_000_000.0


@cache
def sources() -> tuple[Contract, Store]:
    contract = read_contract(SPEC)
    return contract, load_store(contract, FIXTURES)


class SendingReplica(Replica):
    """Replica that sends no events: every second delivery succeeds, the others never end."""

    def __init__(self, log: Log) -> None:
        self._sent = 0
        super().__init__(log)

    def adopt(self, session: Session) -> None:
        super().adopt(session)
        session.deliveries.send = self._send

    async def _send(self, *_: Any) -> Response:
        self._sent += 1
        if self._sent % 2:
            return Response(200, "taken")
        await asyncio.Event().wait()
        raise RuntimeError("the event is never set")


class LocalReplica:
    """Replica that has applied the log, and a client of it."""

    def __init__(self, log_contents: LogContents, member: int = 0) -> None:
        self.log_contents = log_contents
        self.replica = SendingReplica(MemoryLog(log_contents, member))
        self.replica.applying.resting = CREATED
        settings = Settings(seed=1, today=True, idle=1e9)
        contract, store = sources()
        self.sessions = Sessions(
            contract, store, settings, seconds=lambda: 1000.0, recorder=self.replica
        )
        self.app = MockApp(contract, self.sessions)
        self._upkeep = Upkeep(self.replica)

    async def start(self) -> LocalReplica:
        await self.replica.replay()
        self.set_time()
        return self

    def set_time(self) -> None:
        self.replica.applying.resting = self.log_contents.moment

    async def send(
        self, method: str, path: str, json: Any = None, token: str = "", form: Any = None
    ) -> httpx.Response:
        transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 1))
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as http:
            return await http.request(method, path, json=json, data=form, headers=headers)

    async def catch_up(self) -> None:
        await self.replica.turns.look()

    async def run_upkeep(self) -> None:
        """Run the periodic upkeep, and wait for the images that it begins."""
        await self._upkeep._look()
        await self._upkeep._report()
        await self.finish_images()

    async def finish_images(self) -> None:
        await asyncio.gather(*self.replica.images._tasks)

    def state(self) -> list[Any]:
        """Return everything that the digest of an image covers."""
        return [orjson.loads(line) for line, alike in Image(self.sessions).lines() if alike]

    def exports(self) -> dict[str, Any]:
        contract, _ = sources()
        known = self.sessions.known()
        return {one.name: export_state(contract, one.state.store) for one in known}

    async def finish_tasks(self) -> None:
        """Stop timers, and wait for running tasks."""
        self.stop_timers()
        await asyncio.gather(*self.replica._tasks)
        self.stop_timers()

    def stop_timers(self) -> None:
        for one in self.sessions.with_commands():
            one.calls.stop_timer()

    def stop(self) -> None:
        self.sessions.stop()


async def token_of(replica: LocalReplica, client_id: str, session: str = "") -> str:
    """Return the token of a trusted application."""
    form = {
        "grant_type": "client_credentials",
        "client_id": client_id,
        "client_secret": SECRETS[client_id],
    }
    found = await replica.send("POST", f"{session}/oauth/token", form=form)
    token: str = found.json()["access_token"]
    return token


def differences(one: Any, other: Any, place: str = "") -> Iterator[str]:
    """Yield the places where two JSON values differ."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in sorted({*one, *other}):
            yield from differences(one.get(key), other.get(key), f"{place}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, pair in enumerate(zip(one, other, strict=True)):
            yield from differences(*pair, f"{place}[{number}]")
    elif one != other:
        yield f"{place}: {str(one)[:200]} and {str(other)[:200]}"
