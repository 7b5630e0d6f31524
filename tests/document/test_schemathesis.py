"""The command of Schemathesis, run with only the document and a URL."""

from __future__ import annotations

import subprocess
import sys

from ringme_mock.testing import MockServer
from ringme_spec.paths import SPEC

# Schemas do not express rules between parameters, e.g. that a range starts before it ends.
_LEFT_OUT = "positive_data_acceptance"


def test_schemathesis_finds_no_failure_in_the_mock() -> None:
    with MockServer(seed=1) as server:
        run = subprocess.run(
            [
                *(sys.executable, "-m", "schemathesis.cli", "run", SPEC, "--url", server.url),
                *("-H", f"Authorization: Bearer {server.token_for('client-admin')}"),
                *("--phases", "examples,coverage", "--exclude-checks", _LEFT_OUT),
                # A busy machine needs longer for a response than the default timeout.
                *("--seed", "1", "--request-timeout", "120", "--no-color"),
            ],
            capture_output=True,
            text=True,
            check=False,
        )
    assert run.returncode == 0, run.stdout
