"""Kubernetes manifest: it agrees with the mock and its image."""

from __future__ import annotations

from typing import Any

import yaml

from container.instructions import read_stages
from ringme_mock.server.options import SERVE_OPTIONS
from ringme_spec.paths import EXAMPLES
from support.browser import ROOT

MANIFEST = (EXAMPLES / "kubernetes" / "ringme-mock.yaml").read_text("utf-8")
KINDS: dict[str, dict[str, Any]] = {one["kind"]: one for one in yaml.safe_load_all(MANIFEST)}
POD = KINDS["Deployment"]["spec"]["template"]
(CONTAINER,) = POD["spec"]["containers"]


def test_service_leads_to_the_port_of_the_mock() -> None:
    (port,) = CONTAINER["ports"]
    options = {option.name: option for option in SERVE_OPTIONS}
    assert port["containerPort"] == options["port"].default
    service = KINDS["Service"]["spec"]
    (way,) = service["ports"]
    assert (way["port"], way["targetPort"]) == (port["containerPort"], port["name"])
    labels = POD["metadata"]["labels"]
    assert service["selector"] == labels == KINDS["Deployment"]["spec"]["selector"]["matchLabels"]


def test_container_variables_are_options_and_admit_probes() -> None:
    variables = {one["name"]: one["value"] for one in CONTAINER["env"]}
    assert set(variables) <= {option.envvar for option in SERVE_OPTIONS}
    # Probes are sent by the node, not by the mock's own machine.
    assert variables["RINGME_MOCK_CONTROL_FROM_ANY"] == "1"


def test_probes_request_the_health_check() -> None:
    control = ROOT / "mock" / "ringme_mock" / "control" / "control.yaml"
    paths = yaml.safe_load(control.read_text("utf-8"))["paths"]
    (port,) = CONTAINER["ports"]
    for probe in (CONTAINER["readinessProbe"], CONTAINER["livenessProbe"]):
        assert probe["httpGet"]["port"] == port["name"]
        assert paths[probe["httpGet"]["path"]]["get"]["operationId"] == "getHealth"


def test_pod_runs_unprivileged_as_the_user_of_the_image() -> None:
    context = CONTAINER["securityContext"]
    (user,) = read_stages()[-1].all("USER")
    assert f"{context['runAsUser']}:{context['runAsGroup']}" == user
    assert context["runAsNonRoot"] is True
    assert context["allowPrivilegeEscalation"] is False
    assert context["capabilities"] == {"drop": ["ALL"]}
