"""Schemathesis' own command, as somebody runs it who has the document and a URL alone."""

from __future__ import annotations

import subprocess
import sys

from ringme_mock.testing import MockServer
from ringme_spec.paths import SPEC

# Rules between parameters, as that a range begins before it ends, are more than a schema says.
_LEFT_OUT = "positive_data_acceptance"


def test_it_finds_nothing_in_the_mock() -> None:
    with MockServer(seed=1) as server:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", SPEC, "--url", server.url),
                *("-H", f"Authorization: Bearer {server.token_for('client-admin')}"),
                *("--phases", "examples,coverage", "--exclude-checks", _LEFT_OUT),
                # A busy machine takes longer for a response than it waits by default.
                *("--seed", "1", "--request-timeout", "120", "--no-color"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout
