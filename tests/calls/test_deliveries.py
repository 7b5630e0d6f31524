"""Deliveries of events: order, retries, limits, and allowed hosts."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import pytest

from calls.conftest import Pbx
from ringme_mock.delivery.attempt import Response
from ringme_mock.delivery.deliveries import (
    MOST_AT_ONCE,
    MOST_WAITING,
    Deliveries,
    Delivery,
    DeliverySettings,
)
from ringme_mock.delivery.targets import Refused, find_address, is_near
from support.receiver import Receiver

PHONE = 31


class FakeReceiver:
    """Receiver of deliveries with given statuses; they wait while `released` is not set."""

    def __init__(self, *statuses: int | None) -> None:
        self.statuses = list(statuses)
        self.urls: list[str] = []
        self.released = asyncio.Event()
        self.released.set()

    async def __call__(
        self, url: str, method: str, parameters: Mapping[str, str], hosts: frozenset[str]
    ) -> Response:
        self.urls.append(url)
        await self.released.wait()
        status = self.statuses.pop(0) if self.statuses else 200
        return Response(status, error=None if status else "no response within 5 s")


def _deliveries(
    fake_receiver: FakeReceiver, **settings: object
) -> tuple[Deliveries, asyncio.Queue[Delivery]]:
    ended: asyncio.Queue[Delivery] = asyncio.Queue()
    found = DeliverySettings(pause=0, **settings)  # type: ignore[arg-type]
    return Deliveries(found, send=fake_receiver, changed=ended.put_nowait), ended


async def _next_deliveries(ended: asyncio.Queue[Delivery], count: int) -> list[Delivery]:
    async with asyncio.timeout(10):
        return [await ended.get() for _ in range(count)]


def test_deliveries_of_one_call_are_sent_in_order() -> None:
    async def run() -> None:
        fake_receiver = FakeReceiver()
        fake_receiver.released.clear()
        deliveries, ended = _deliveries(fake_receiver)
        for order, url in (("a", "a1"), ("a", "a2"), ("b", "b1")):
            deliveries.add(order, 1, url, "POST", {}, "hangup")
        await asyncio.sleep(0)
        assert fake_receiver.urls == ["a1", "b1"]
        fake_receiver.released.set()
        await _next_deliveries(ended, 3)
        assert fake_receiver.urls == ["a1", "b1", "a2"]

    asyncio.run(run())


def test_concurrent_and_waiting_deliveries_are_limited() -> None:
    async def run() -> None:
        fake_receiver = FakeReceiver()
        fake_receiver.released.clear()
        deliveries, ended = _deliveries(fake_receiver)
        for number in range(MOST_WAITING + 1):
            deliveries.add(number, 1, "url", "POST", {}, "hangup")
        await asyncio.sleep(0)
        assert len(fake_receiver.urls) == MOST_AT_ONCE
        (last,) = await _next_deliveries(ended, 1)
        assert (last.number, last.state) == (MOST_WAITING + 1, "not sent")
        deliveries.stop("the end")
        left = await _next_deliveries(ended, MOST_WAITING)
        assert {one.state for one in left[:MOST_AT_ONCE]} == {"failed"}
        assert {one.state for one in left[MOST_AT_ONCE:]} == {"not sent"}

    asyncio.run(run())


@pytest.mark.parametrize(
    ("retries", "statuses", "state", "attempts"),
    [
        (0, [500], "failed", 1),
        (0, [None], "failed", 1),
        (0, [302], "failed", 1),
        (2, [500, None, 204], "sent", 3),
        (2, [500, 500, 500, 200], "failed", 3),
    ],
)
def test_failed_delivery_is_retried_as_often_as_configured(
    retries: int, statuses: list[int | None], state: str, attempts: int
) -> None:
    async def run() -> None:
        fake_receiver = FakeReceiver(*statuses)
        deliveries, ended = _deliveries(fake_receiver, retries=retries)
        deliveries.add("a", 1, "url", "POST", {}, "hangup")
        (one,) = await _next_deliveries(ended, 1)
        assert (one.state, one.attempts, len(fake_receiver.urls)) == (state, attempts, attempts)

    asyncio.run(run())


@pytest.mark.parametrize(
    ("address", "near"),
    [
        ("127.0.0.1", True), ("::1", True), ("10.1.2.3", True), ("172.31.0.1", True),
        ("192.168.1.1", True), ("fd00::1", True), ("::ffff:10.0.0.1", True),
        ("8.8.8.8", False), ("169.254.169.254", False), ("0.0.0.0", False), ("172.32.0.1", False),
        ("100.64.0.1", False), ("::", False), ("fe80::1", False), ("2001:db8::1", False),
        ("::ffff:8.8.8.8", False),
    ],
)  # fmt: skip
def test_loopback_and_private_addresses_are_near(address: str, near: bool) -> None:
    assert is_near(address) is near


def test_public_event_host_must_be_allowed() -> None:
    with pytest.raises(Refused, match="--event-host"):
        asyncio.run(find_address("203.0.113.7", 80, frozenset()))
    assert asyncio.run(find_address("203.0.113.7", 80, frozenset(["203.0.113.7"]))) == "203.0.113.7"


def test_deliveries_show_sent_parameters_and_response(pbx: Pbx, receiver: Receiver) -> None:
    receiver.status, receiver.headers = 302, {"Location": f"{receiver.url}/elsewhere"}
    pbx.subscribe(PHONE, f"{receiver.url}/hook", "dial-in")
    pbx.subscribe(PHONE, "http://203.0.113.7/hook", "dial-in")
    pbx.call(PHONE)
    receiver.wait(1)
    near, far = _ended_deliveries(pbx, 2)
    assert (near["state"], near["status"], near["body"]) == ("failed", 302, "taken")
    assert near["parameters"]["EventType"] == "dial-in"
    assert (far["state"], far["status"], far["attempts"]) == ("not sent", None, 0)
    assert "--event-host 203.0.113.7" in far["error"]
    assert [target for _, target, _ in receiver.requests] == ["/hook"]


def test_event_url_cannot_use_the_control_interface(pbx: Pbx) -> None:
    pbx.subscribe(PHONE, f"{pbx.control.server.url}/__mock__/tokens/expire", "dial-in")
    pbx.call(PHONE)
    (one,) = _ended_deliveries(pbx, 1)
    assert one["status"] == 403


def test_deliveries_can_be_set_to_get_lost(pbx: Pbx, receiver: Receiver) -> None:
    pbx.control.done("PUT", "deliveries", {"lost": True})
    pbx.subscribe(PHONE, receiver.url, "dial-in", "hangup")
    pbx.call(PHONE)
    assert [one["state"] for one in _ended_deliveries(pbx, 1)] == ["not sent"]
    pbx.control.done("PUT", "deliveries", {"lost": False})
    pbx.advance(60)
    assert [one["EventType"] for one in receiver.wait(1)] == ["hangup"]


def _ended_deliveries(pbx: Pbx, count: int) -> list[dict[str, Any]]:
    """Return the deliveries to PHONE's own subscriptions, once so many have ended."""
    for _ in range(2000):
        found = [
            one
            for one in pbx.control.done("GET", "deliveries")
            if one["state"] != "waiting" and ":8099/" not in str(one["url"])
        ]
        if len(found) >= count:
            return found
    raise AssertionError("the deliveries did not end in time")
