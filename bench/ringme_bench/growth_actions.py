"""What is done, and timed, to a state of some size; it is as large afterwards as it was before."""

from __future__ import annotations

import json
import time
from collections.abc import Awaitable, Callable
from itertools import count
from random import Random

from ringme_bench.growth_data import A_DAY, GROUP, MEMBER, first_day, new_record
from ringme_bench.in_process import InProcess
from ringme_bench.request import Request, json_request
from ringme_bench.servers import API, NEW_GROUP
from ringme_mock.http.sessions import Session

PAGE = 20
FIRST_TIME = "page of 20, for the first time"
_BEFORE_FRESH = 5
# Does something once, and gives the seconds that it took.
Action = Callable[[], Awaitable[float]]


async def _asked(mock: InProcess, request: Request) -> tuple[float, bytes]:
    begin = time.perf_counter()
    answer = await mock.ask(request)
    return time.perf_counter() - begin, answer


def _asking(mock: InProcess, request: Callable[[], Request]) -> Action:
    """Asks what `request` gives anew for each time."""

    async def action() -> float:
        return (await _asked(mock, request()))[0]

    return action


def _asking_first(mock: InProcess, page: Callable[[int, str], Request], pages: int) -> Action:
    """Asks for pages that nobody has asked for: what was written for an answer is kept."""
    random = Random(1)
    waiting: list[int] = []
    fresh, token = mock, ""

    async def action() -> float:
        nonlocal fresh, token, waiting
        if not waiting:
            fresh = mock.fresh()
            token = await fresh.token()
            waiting = random.sample(range(pages), min(pages, _BEFORE_FRESH))
        return (await _asked(fresh, page(waiting.pop(), token)))[0]

    return action


def record_actions(mock: InProcess, token: str, number: int) -> dict[str, Action]:
    """Lists, arrivals and deletions of call records."""
    days = max(1, number // A_DAY)

    def listed(level: str, day: int, page: int | None, token: str = token) -> Request:
        start = first_day(day)
        span = (
            f"start_datetime={start:%Y-%m-%d}%2000:00:00&end_datetime={start:%Y-%m-%d}%2023:59:59"
        )
        pages = f"&page={page}&per_page={PAGE}" if page else ""
        return json_request("GET", f"{API}{level}/record/?{span}{pages}", 200, token=token)

    def one_of_all(place: int, token: str) -> Request:
        day, page = divmod(place, A_DAY // PAGE)
        return listed(client, day, page + 1, token)

    client, group = "/client/@me", f"/extension_group/{GROUP}"
    middle = days // 2
    return {
        "page of 20": _asking(mock, lambda: listed(client, middle, 3)),
        FIRST_TIME: _asking_first(mock, one_of_all, number // PAGE),
        "one day of 100": _asking(mock, lambda: listed(client, middle, None)),
        "one day of 10, of a group": _asking(mock, lambda: listed(group, middle, None)),
        **_arrivals(mock, token),
        **_insertions(mock, number),
    }


def _arrivals(mock: InProcess, token: str) -> dict[str, Action]:
    """A call comes now, over HTTP, and is deleted."""
    made: list[str] = []

    async def arrive() -> float:
        request = json_request("POST", "/__mock__/calls", 201, {"extension": MEMBER})
        seconds, answer = await _asked(mock, request)
        made.append(json.loads(answer)["record_uuid"])
        return seconds

    def delete() -> Request:
        path = f"{API}/extension_group/{GROUP}/record/{made.pop()}"
        return json_request("DELETE", path, 204, token=token)

    return {"a call arrives": arrive, "delete": _asking(mock, delete)}


def _insertions(mock: InProcess, number: int) -> dict[str, Action]:
    """A record is put somewhere among the others, in the store alone, and taken out."""
    random = Random(1)
    session = mock.sessions.default
    pattern = next(session.state.store["record"].entries())
    made: list[str] = []

    async def insert() -> float:
        entry = new_record(pattern, random.randrange(number), random)
        begin = time.perf_counter()
        session.state.store["record"].insert(entry)
        taken = time.perf_counter() - begin
        made.append(entry["record_uuid"])
        return taken

    async def remove() -> float:
        key = made.pop()
        begin = time.perf_counter()
        session.state.store.delete("record", key)
        return time.perf_counter() - begin

    async def insert_first() -> float:
        copy = session.state.store.copy()
        taken = await insert()
        await remove()
        # What is freed with it is not timed.
        del copy
        return taken

    return {
        "store alone: insert anywhere": insert,
        "store alone: delete": remove,
        "store alone: first insert after a copy": insert_first,
    }


def group_actions(mock: InProcess, token: str, number: int) -> dict[str, Action]:
    """Lists, creation and deletion of groups."""
    base = f"{API}/client/@me/extension_group/"
    made: list[int] = []

    def page(place: int, token: str = token) -> Request:
        return json_request("GET", f"{base}?page={place + 1}&per_page={PAGE}", 200, token=token)

    async def create() -> float:
        seconds, answer = await _asked(mock, json_request("POST", base, 201, NEW_GROUP, token))
        made.append(json.loads(answer)["id"])
        return seconds

    def delete() -> Request:
        return json_request("DELETE", f"{base}{made.pop()}", 204, token=token)

    middle = number // PAGE // 2
    return {
        "page of 20": _asking(mock, lambda: page(middle)),
        FIRST_TIME: _asking_first(mock, page, max(1, number // PAGE)),
        "create": create,
        "delete": _asking(mock, delete),
    }


def state_actions(mock: InProcess) -> dict[str, Action]:
    """What is done to a state as a whole, each time after a write."""
    sessions = mock.sessions
    numbers = count()

    def written() -> Session:
        session = sessions.get("changed")
        groups = session.state.store["extension_group"]
        groups.insert({**NEW_GROUP, "id": groups.new_key(), "client_id": 12})
        return session

    async def reset() -> float:
        session = written()
        begin = time.perf_counter()
        session.reset()
        return time.perf_counter() - begin

    async def snapshot() -> float:
        session = written()
        begin = time.perf_counter()
        session.snapshots["one"] = session.state.snapshot()
        return time.perf_counter() - begin

    async def new_session() -> float:
        name = f"new-{next(numbers)}"
        begin = time.perf_counter()
        sessions.get(name)
        taken = time.perf_counter() - begin
        sessions.end(name)
        return taken

    return {"reset": reset, "snapshot": snapshot, "new session": new_session}
