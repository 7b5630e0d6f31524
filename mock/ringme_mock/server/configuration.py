"""Sources and settings of a mock, from the options of its command."""

from __future__ import annotations

from urllib.parse import urlsplit

from ringme_mock.app import ANY, LOOPBACK, OFF
from ringme_mock.delivery.deliveries import DeliverySettings
from ringme_mock.http.admission import Admission
from ringme_mock.http.sessions import Settings
from ringme_mock.server import runner
from ringme_mock.server.options import Options
from ringme_mock.server.sources import Sources


def sources_of(options: Options) -> Sources:
    return Sources(
        options.spec, options.fixtures, options.faults, options.overlay, options.add_fixtures
    )


def settings_of(options: Options) -> Settings:
    return Settings(
        latency=options.latency,
        journal_size=options.journal,
        max_sessions=options.max_sessions,
        idle=options.session_idle,
        seed=options.seed,
        validate_responses=options.validate_responses,
        max_entries=options.max_entries,
        events=DeliverySettings(
            hosts=frozenset(options.event_host),
            retries=options.event_retries,
        ),
        today=options.today,
        page_size=options.page_size,
        statistics_seconds=options.statistics_seconds,
        admission=_admission(options),
    )


def _admission(options: Options) -> Admission:
    hosts = None
    if runner.is_loopback_host(options.host):
        public = urlsplit(options.public_url).hostname or ""
        named = (*options.allow_host, *options.tls_name, options.host.lower(), public)
        hosts = frozenset(one for one in named if one)
    return Admission(frozenset(options.allow_origin), hosts, options.public_url)


def control_of(options: Options) -> str:
    if options.no_control:
        return OFF
    return ANY if options.control_from_any else LOOPBACK
