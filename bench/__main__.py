"""Measures the mock against what is measured in the same run, and prints ratios.

Run by `make bench`. Times alone say little on a shared machine; ratios of interleaved runs do.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable

from ringme_mock.contract import Contract
from ringme_mock.document import read_yaml
from ringme_mock.fixtures import load_store
from ringme_mock.paths import FIXTURES, SPEC
from ringme_mock.store import Query, Store

ROUNDS = 15
FEW, MANY = 1_000, 100_000
PAGE = 20
CLIENT, MEMBERS, GROUP = 12, (31, 32, 33, 34), 3


def filled(contract: Contract, seed: Store, count: int) -> Store:
    """A copy of the fixtures' store with `count` more call records, spread over one group."""
    store = seed.copy()
    records = store["record"]
    pattern = next(records.entries())
    for number in range(count):
        extension = MEMBERS[number % len(MEMBERS)]
        day, second = divmod(number, 80_000)
        records.insert(
            {
                **pattern,
                "record_uuid": f"{extension}-{number:032X}",
                "extension_id": extension,
                "client_owner_id": CLIENT,
                "init_time_gmt": f"2018-09-{day % 28 + 1:02d} "
                f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d}",
            }
        )
    return store


def milliseconds(action: Callable[[], object]) -> float:
    """How long one call of `action` takes."""
    start = time.perf_counter()
    action()
    return (time.perf_counter() - start) * 1000


def compare(name: str, few: Callable[[], object], many: Callable[[], object]) -> None:
    """Prints the medians of both in turn, and the ratio pair by pair."""
    pairs = [(milliseconds(few), milliseconds(many)) for _ in range(ROUNDS)]
    ratios = sorted(more / less for less, more in pairs)
    print(
        f"{name:<42} {statistics.median(a for a, _ in pairs):9.4f} "
        f"{statistics.median(b for _, b in pairs):9.4f} "
        f"{statistics.median(ratios):7.2f}  ({ratios[0]:.2f} to {ratios[-1]:.2f})"
    )


def main() -> None:
    """Compares a store with few records and one with many."""
    contract = Contract(read_yaml(SPEC))
    seed = load_store(contract, FIXTURES)
    few, many = filled(contract, seed, FEW), filled(contract, seed, MANY)
    print(f"Lists of a client with {FEW} and with {MANY} call records, ms, {ROUNDS} rounds")
    print(f"{'':<42} {FEW:>9} {MANY:>9} {'ratio':>7}  (spread)")
    queries = {
        "first page of 20, client": (Query(limit=PAGE, descending=True), ("client", CLIENT)),
        "page of 20 in the middle, client": (
            Query(limit=PAGE, offset=FEW // 2),
            ("client", CLIENT),
        ),
        "page of 20 of a range, client": (
            Query(start="2018-09-01 00:10:00", end="2018-09-01 00:15:00", limit=PAGE),
            ("client", CLIENT),
        ),
        "first page of 20, group of four numbers": (
            Query(limit=PAGE, descending=True),
            ("extension_group", GROUP),
        ),
    }
    for name, (query, owner) in queries.items():
        compare(
            name,
            lambda query=query, owner=owner: list(few.find("record", query, owner)),
            lambda query=query, owner=owner: list(many.find("record", query, owner)),
        )


if __name__ == "__main__":
    main()
