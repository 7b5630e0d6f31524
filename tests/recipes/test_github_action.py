"""GitHub Actions workflow: its inputs and variables exist."""

from __future__ import annotations

from typing import Any

import yaml

from ringme_contract.cli.commands import check
from ringme_spec.paths import EXAMPLES
from support.browser import ROOT

WORKFLOW: dict[str, Any] = yaml.safe_load(
    (EXAMPLES / "github-action" / "telephony.yaml").read_text("utf-8")
)
STEPS = [step for job in WORKFLOW["jobs"].values() for step in job["steps"]]


def test_workflow_uses_only_known_inputs_of_the_action() -> None:
    inputs = yaml.safe_load((ROOT / "action.yml").read_text("utf-8"))["inputs"]
    (action,) = [step for step in STEPS if step.get("uses") == "OWNER/ringme-mock@vX"]
    assert set(action["with"]) <= set(inputs)
    assert {"url", "target"} <= set(action["with"])


def test_workflow_variables_are_options_or_secrets() -> None:
    variables = {name for step in STEPS for name in step.get("env", {})}
    secrets = {name for name in variables if name.startswith("RINGME_SECRET_")}
    assert variables - secrets <= {parameter.envvar for parameter in check.params}
