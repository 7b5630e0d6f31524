"""Files for replicas: they agree with the mock, its image and its database."""

from __future__ import annotations

from typing import Any

import yaml

from ringme_mock.server.option_types import read_state
from ringme_mock.server.options import SERVE_OPTIONS
from ringme_spec.paths import EXAMPLES

COMPOSE = yaml.safe_load((EXAMPLES / "replicas" / "compose.yaml").read_text("utf-8"))
BALANCER = (EXAMPLES / "replicas" / "haproxy.cfg").read_text("utf-8")
_DOCUMENTS = list(
    yaml.safe_load_all((EXAMPLES / "kubernetes" / "replicas.yaml").read_text("utf-8"))
)
KINDS: dict[tuple[str, str], dict[str, Any]] = {
    (one["kind"], one["metadata"]["name"]): one for one in _DOCUMENTS
}


def test_load_balancer_has_every_replica_of_compose() -> None:
    mocks = [name for name, one in COMPOSE["services"].items() if one["image"] == "ringme-mock"]
    assert mocks == ["mock1", "mock2"]
    for name in mocks:
        assert f"  server {name} {name}:8080\n" in BALANCER
    assert "http-check send meth GET uri /__mock__/health" in BALANCER


def test_replica_variables_are_options_and_name_the_database() -> None:
    known = {option.envvar for option in SERVE_OPTIONS}
    pod = KINDS["Deployment", "ringme-mock"]["spec"]["template"]["spec"]["containers"][0]
    compose = COMPOSE["services"]["mock1"]["environment"]
    kubernetes = {one["name"]: one["value"] for one in pod["env"]}
    for variables, database in ((compose, "valkey"), (kubernetes, "ringme-state")):
        assert set(variables) <= known
        assert read_state(variables["RINGME_MOCK_STATE"]) == f"redis://{database}:6379/0"
    assert "valkey" in COMPOSE["services"]
    assert ("Service", "ringme-state") in KINDS
