"""`python -m ringme_mock.server.health`, the health check of a container."""

from __future__ import annotations

import subprocess
import sys

import pytest

from cli.command import port_in_use, serving


def health(**environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "ringme_mock.server.health"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "variables",
    [
        {"RINGME_MOCK_HOST": "0.0.0.0", "RINGME_MOCK_CONTROL_FROM_ANY": "1"},
        {"RINGME_MOCK_TLS": "true", "RINGME_MOCK_HOST": "127.0.0.2"},
        {"RINGME_MOCK_NO_CONTROL": "1"},
    ],
    ids=lambda variables: " ".join(variables),
)
def test_health_check_succeeds_for_a_running_mock(variables: dict[str, str]) -> None:
    with serving(**variables) as command:
        port = str(command.address[1])
        done = health(**variables, RINGME_MOCK_PORT=port, HTTP_PROXY="http://127.0.0.1:9")
        assert (done.returncode, done.stderr) == (0, "")
        other = {"RINGME_MOCK_TLS": "" if "RINGME_MOCK_TLS" in variables else "1"}
        assert health(**{**variables, **other}, RINGME_MOCK_PORT=port).returncode == 1


def test_health_check_fails_without_a_mock() -> None:
    with port_in_use() as port:
        pass
    done = health(RINGME_MOCK_PORT=str(port))
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert len(done.stderr.splitlines()) == 1
