"""Settings of all sessions of a mock."""

from __future__ import annotations

from dataclasses import dataclass, field

from ringme_mock.delivery.deliveries import DeliverySettings
from ringme_mock.faults.fault_rule import FaultRule
from ringme_mock.faults.latency import Latency
from ringme_mock.http.admission import Admission
from ringme_mock.http.journal import DEFAULT_SIZE
from ringme_mock.store.quotas import MOST_ENTRIES


@dataclass(frozen=True)
class Settings:
    """Settings of all sessions.

    An unused session ends after `idle` seconds. `seed` makes generated data the same in each run.
    `max_entries` is the quota of each collection. `validate_responses` validates each response of
    the API against the document. `today` moves the date-times of the fixtures so that the newest is
    on the day on which a session begins or is reset. `page_size` is the default size of lists in an
    envelope, None for that of the document. `statistics_seconds` is the time taken by a request of
    which a client may have one in progress. `admission` decides which pages and host names are let
    in.
    """

    faults: tuple[FaultRule, ...] = ()
    latency: Latency = field(default_factory=Latency)
    journal_size: int = DEFAULT_SIZE
    max_sessions: int = 100
    idle: float = 3600.0
    seed: int | None = None
    max_entries: int = MOST_ENTRIES
    validate_responses: bool = False
    events: DeliverySettings = field(default_factory=DeliverySettings)
    today: bool = False
    page_size: int | None = None
    statistics_seconds: float = 0
    admission: Admission = field(default_factory=Admission)
