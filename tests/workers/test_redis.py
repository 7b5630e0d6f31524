"""State in Redis: unreachable, restarted, damaged, or of another mock."""

from __future__ import annotations

import asyncio
import shutil
import signal
import time
from functools import partial
from pathlib import Path

import pytest
from redis import Redis

from cli.command import startup_error
from ringme_mock.command_log import redis_log
from ringme_mock.command_log.log import Batch, Count, Tally
from ringme_mock.command_log.packing import pack
from ringme_spec.paths import FIXTURES
from support.timeouts import TIMEOUT
from workers.redis_server import RedisServer, free_port
from workers.replicas import GROUPS, replicas


def test_requests_wait_for_unreachable_redis_then_get_a_503(
    redis: RedisServer, tmp_path: Path
) -> None:
    with replicas(tmp_path, 1, "--state", redis.url, "--log-patience", "1") as (mock,):
        token = mock.log_in()
        made = mock.api("POST", GROUPS, token, {"name": "before"}).json()
        redis.kill()
        begin = time.monotonic()
        refused = mock.api("GET", GROUPS, token)
        assert refused.status_code == 503
        assert time.monotonic() - begin >= 1
        assert refused.headers["Retry-After"] == "1"
        assert "cannot be reached" in refused.json()["message"]
        assert mock.http.get("/__mock__/health").status_code == 503
        redis.start()
        found = mock.api("GET", GROUPS, token)
        assert found.status_code == 200
        assert made in found.json()
        assert mock.http.get("/__mock__/health").status_code == 200


def test_repeated_turn_counts_and_appends_once(redis: RedisServer) -> None:
    rows = [pack(name) for name in (b"a", b"b")]
    count = Count("client", 1000.0, 3600.0, (0.0, 0), 2, times=1, rows=rows)
    batch = Batch(b"nonce", [count], [pack(b"c")], {"default": [b"entry"]})

    async def take_turns() -> None:
        log = redis_log.RedisLog(redis.url, TIMEOUT, 10)
        first, again = await log.turn(0, batch), await log.turn(0, batch)
        assert first == again
        assert (first.number, first.entries, first.tallies) == (1, [], [(0.0, 3)])
        (entry,) = (await log.turn(0, Batch())).entries
        assert (entry.last, entry.rows) == (2, rows[0] + pack(b"c"))
        assert (await log.noted("default", 0)).entries == [(1, b"entry")]
        await log.close()

    asyncio.run(take_turns())


def test_late_redis_response_is_not_taken_for_another(
    redis: RedisServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redis_log, "_TIMEOUT", 0.5)

    def count(key: str, known: int) -> Batch:
        return Batch(counts=[Count(key, 1000.0, 3600.0, (0.0, known), 10, certain=True, times=1)])

    async def take_turns() -> list[Tally | None]:
        log = redis_log.RedisLog(redis.url, TIMEOUT, 0)
        await log.turn(0, count("warm", 0))
        redis.process.send_signal(signal.SIGSTOP)
        go_on = partial(redis.process.send_signal, signal.SIGCONT)
        asyncio.get_running_loop().call_later(1.2, go_on)
        await log.turn(0, count("late", 0))
        tallies = [*(await log.turn(0, count("next", 6))).tallies]
        await log.close()
        return tallies

    assert asyncio.run(take_turns()) == [(0.0, 7)]


def test_short_redis_restart_is_invisible_to_clients(redis: RedisServer, tmp_path: Path) -> None:
    with replicas(tmp_path, 1, "--state", redis.url, "--log-patience", "30") as (mock,):
        token = mock.log_in()
        for number in range(3):
            redis.kill()
            redis.start()
            made = mock.api("POST", GROUPS, token, {"name": f"group {number}"})
            assert made.status_code == 201, made.text


def test_lost_redis_scripts_are_sent_again(redis: RedisServer, tmp_path: Path) -> None:
    with replicas(tmp_path, 1, "--state", redis.url) as (mock,):
        token = mock.log_in()
        with Redis.from_url(redis.url) as client:
            client.script_flush()
        assert mock.api("POST", GROUPS, token, {"name": "x"}).status_code == 201
        assert len(mock.control("GET", "journal")) > 0


def test_restart_of_mock_and_redis_keeps_the_state(redis: RedisServer, tmp_path: Path) -> None:
    state = ("--state", redis.url)
    with replicas(tmp_path, 1, *state) as (mock,):
        token = mock.log_in(session="tab")
        mock.api("POST", f"/s/tab{GROUPS}", token, {"name": "x"})
        before = mock.control("GET", "state?format=json", session="tab")
        journal = mock.control("GET", "journal", session="tab")
    redis.kill()
    redis.start()
    with replicas(tmp_path, 1, *state) as (mock,):
        assert mock.control("GET", "state?format=json", session="tab") == before
        assert mock.control("GET", "journal", session="tab") == journal
        assert mock.api("GET", f"/s/tab{GROUPS}", token).status_code == 200


def test_database_that_lost_changes_is_refused(tmp_path: Path) -> None:
    server = RedisServer(tmp_path, persistent=False)
    try:
        with replicas(tmp_path, 1, "--state", server.url) as (mock,):
            token = mock.log_in()
            mock.api("POST", GROUPS, token, {"name": "x"})
            server.kill()
            server.start()
            refused = mock.api("GET", GROUPS, token)
            assert refused.status_code == 503
            assert "has lost changes" in refused.json()["message"]
    finally:
        server.kill()


def test_mock_with_other_fixtures_is_refused(redis: RedisServer, tmp_path: Path) -> None:
    fixtures = tmp_path / "fixtures"
    shutil.copytree(FIXTURES, fixtures)
    with (fixtures / "extension_group.yaml").open("a", encoding="utf-8") as file:
        file.write("# another one\n")
    with replicas(tmp_path, 1, "--state", redis.url):
        text = startup_error("--state", redis.url, "--fixtures", str(fixtures))
    assert text.startswith(f"ringme-mock: {redis.url}: was made with another fixtures")


def test_error_names_an_unreachable_database_without_its_password() -> None:
    url = f"redis://:secret@127.0.0.1:{free_port()}/0"
    text = startup_error("--state", url, "--log-patience", "0")
    assert "cannot be reached" in text
    assert "secret" not in text


@pytest.mark.parametrize(
    "text", ["http://:secret@localhost", "redis://", "redis:///0", "redis://localhost:6379/name"]
)
def test_invalid_redis_url_is_refused(text: str) -> None:
    error = startup_error("--state", text)
    assert "such as redis://localhost:6379/0" in error
    assert "secret" not in error
