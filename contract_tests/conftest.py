"""The target of the contract tests: the URL of --ringme-url, or a mock that they start."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest

from ringme_contract.plugin import options_of
from ringme_contract.run.check_run import Options


@pytest.fixture(scope="session")
def ringme_options(pytestconfig: pytest.Config) -> Iterator[Options]:
    """The options of the run; without a URL it checks a mock of its own."""
    options = options_of(pytestconfig)
    if options.url is not None:
        yield options
        return
    with _started_mock() as url:
        # A busy machine takes longer than a run has by default.
        budget, timeout = options.time_budget or 3600, options.timeout or 120
        yield replace(options, url=url, time_budget=budget, timeout=timeout)


@pytest.fixture
def fresh_options(pytestconfig: pytest.Config, ringme_options: Options) -> Options:
    """The same for a test that needs unchanged fixtures: a session of its own."""
    if options_of(pytestconfig).url is not None:
        return ringme_options
    return replace(ringme_options, url=f"{ringme_options.url}/s/fresh")


@contextmanager
def _started_mock() -> Iterator[str]:
    process = subprocess.Popen(
        [sys.executable, "-u", "-m", "ringme_mock", "serve", "--port", "0", "--validate-responses"],
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        first = process.stdout.readline()
        found = re.search(r"http://\S+", first)
        assert found, f"the mock did not say where it is: {first!r}"
        yield found.group()
    finally:
        process.terminate()
        process.wait(600)
        process.stdout.close()
