"""Proof of the kit: its data are complete, and a sample is caught. `make prove` runs it all."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from ringme_contract.proof.fault import Fault, all_faults, patches
from ringme_contract.proof.null_servers import NULL_SERVERS, deserved_passes
from ringme_contract.proof.site import Site, running_server
from ringme_contract.proof.trial import FaultFinding, Proof, ServerFinding, prove, try_fault
from ringme_contract.run.evaluation import ExitCode
from ringme_spec.document import read_yaml
from ringme_spec.paths import SPEC
from support.kit_command import ringme_contract

FAULTS = all_faults()
# One fault for each way of injection: document, response, request, range, body.
SAMPLE = (
    "voicemail-62-days",
    "token-error-stored",
    "slash-redirect",
    "end-exclusive",
    "put-resets",
)


def rule_ids() -> set[str]:
    return {rule["id"] for rule in read_yaml(SPEC)["x-rules"]}


def test_faults_have_unique_descriptions_kinds_and_rules() -> None:
    assert len(FAULTS) >= 60
    assert len({fault.sentence for fault in FAULTS.values()}) == len(FAULTS)
    for fault in FAULTS.values():
        assert fault.rules, fault.id
        assert fault.kind, fault.id
        assert fault.sentence.endswith("."), fault.id


def test_every_rule_has_a_fault_that_breaks_it() -> None:
    known = rule_ids()
    named = {rule for fault in FAULTS.values() for rule in fault.rules}
    assert known - named == set()
    assert named <= known


def test_every_fault_has_a_patch_and_every_patch_a_fault() -> None:
    assert {fault.patch for fault in FAULTS.values()} == set(patches())


def test_fault_with_unknown_arguments_is_refused() -> None:
    known = FAULTS["500-on-nul"]
    with pytest.raises(TypeError, match="colour"):
        Site().put(replace(known, arguments={**known.arguments, "colour": "red"}))


def test_operations_in_faults_exist_in_the_document() -> None:
    known = {
        node["operationId"] for item in Site().document["paths"].values() for node in item.values()
    }
    for fault in FAULTS.values():
        named = fault.arguments.get("operations") or []
        assert {name for name in named if name} <= known, fault.id


def test_sample_of_faults_is_detected() -> None:
    complaints = []
    proof = prove(
        [FAULTS[name] for name in SAMPLE],
        servers=False,
        progress=lambda name, _: complaints.append(name),
    )
    assert proof.complaints == []
    assert list(proof.faults) == list(SAMPLE)
    assert sorted(complaints) == sorted(SAMPLE)


def test_simultaneous_faults_are_all_reported(tmp_path: Path) -> None:
    fault, path = FAULTS["a-dozen-at-once"], tmp_path / "report.json"
    options = [f"--rule={rule}" for rule in fault.rules]
    with running_server(fault.id) as server:
        done = ringme_contract("check", server.url, *options, "--json", str(path))
    assert done.exit_code == ExitCode.FAILED, done.output
    verdicts = {one["id"]: one["verdict"] for one in json.loads(path.read_text())["rules"]}
    # Its races may break more rules than those it is listed for.
    assert {name: verdicts.get(name) for name in fault.rules} == dict.fromkeys(fault.rules, "fail")


@pytest.mark.parametrize("name", NULL_SERVERS)
def test_null_server_never_passes(name: str) -> None:
    with running_server(null=name) as server:
        done = ringme_contract("check", server.url, "--layer", "generic", "--layer", "access")
    assert done.exit_code == (ExitCode.FAILED if name == "example" else ExitCode.COULD_NOT_RUN)


def test_rules_that_a_null_server_passes_have_a_reason() -> None:
    known = rule_ids()
    assert deserved_passes().keys() == NULL_SERVERS.keys()
    for passes in deserved_passes().values():
        assert passes.keys() <= known
        assert all(passes.values())


def test_crashed_trial_is_reported_with_its_error() -> None:
    proof = prove([replace(FAULTS["deleted-twice"], id="no-such-fault")], servers=False, jobs=1)
    (line,) = proof.complaints
    assert line.startswith("broke down: no-such-fault: error in the kit: KeyError")


def test_fault_that_crashes_the_mock_is_reported(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("ringme_contract.proof.site.create_app", lambda *_: None)
    (line,) = try_fault("deleted-twice").complaints
    assert line.startswith("the mock broke down: deleted-twice: TypeError: 'NoneType' object")


# --- output of the proof


def fault(name: str = "a-fault") -> Fault:
    return Fault(name, "state", "It is wrong.", ("me", "paging"), "answer")


def healthy(*messages: str, code: int = 0) -> ServerFinding:
    return ServerFinding("healthy", code, {"me": "pass"}, list(messages), 1.0)


@pytest.mark.parametrize(
    ("proof", "complaints"),
    [
        (Proof(), []),
        (Proof({"a": FaultFinding(fault())}), ["survived: a-fault: It is wrong."]),
        (
            Proof({"a": FaultFinding(fault(), {"rules": "x"}, unshown=["me"])}),
            ["not shown as me: a-fault: It is wrong."],
        ),
        (
            Proof({"a": FaultFinding(fault(), {"rules": "x"}, failure="KeyError: 'x'")}),
            ["the mock broke down: a-fault: KeyError: 'x'"],
        ),
        (Proof(servers={"healthy": healthy()}), []),
        (Proof(servers={"healthy": healthy("fail: x", code=1)}), ["false alarm: fail: x"]),
        (Proof(servers={"healthy": healthy("not offered: x")}), ["false alarm: not offered: x"]),
        (Proof(servers={"healthy": healthy(code=3)}), ["false alarm: the run ends with 3"]),
        (
            Proof(servers={"missing": ServerFinding("missing", 0, {"me": "pass"}, [], 1.0)}),
            ["the server missing must not pass: me, the whole run"],
        ),
        (
            Proof(servers={"example": ServerFinding("example", 1, {"no-5xx": "pass"}, [], 1.0)}),
            [],
        ),
        (Proof(errors=["a-fault: boom"]), ["broke down: a-fault: boom"]),
    ],
)
def test_proof_complains_about_every_unexpected_result(proof: Proof, complaints: list[str]) -> None:
    assert proof.complaints == complaints


def test_prove_tries_the_selected_faults_and_writes_json(tmp_path: Path) -> None:
    path = tmp_path / "proof.json"
    arguments = ["--fault", "deleted-twice", "--jobs", "1", "--json", str(path)]
    done = ringme_contract("prove", *arguments)
    assert done.exit_code == 0, done.output
    assert "1/1 deleted-twice: caught by " in done.output
    assert "1 of 1 faults caught" in done.output
    report = json.loads(path.read_text())
    assert report["holds"] is True
    (layer,) = report["faults"][0]["layers"]
    assert f"caught by {layer}" in done.output


@pytest.mark.parametrize("arguments", [["--fault", "nothing"], ["--class", "nothing"]])
def test_prove_refuses_unknown_names(arguments: list[str]) -> None:
    done = ringme_contract("prove", *arguments)
    assert done.exit_code == 2
    assert "nothing" in done.output


@pytest.mark.parametrize(
    ("number", "send_signal"),
    [(signal.SIGINT, os.killpg), (signal.SIGTERM, os.kill)],
    ids=["Ctrl-C", "SIGTERM"],
)
def test_interrupted_proof_leaves_no_process(
    number: int, send_signal: Callable[[int, int], None]
) -> None:
    command = [sys.executable, "-m", "ringme_contract", "prove", "--class", "tokens", "--jobs", "2"]
    process = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        # In a process group of its own, which ends with its last process.
        start_new_session=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )
    with process:
        assert process.stdout is not None
        first = process.stdout.readline()
        send_signal(process.pid, number)
        rest = process.stdout.read()
    assert process.returncode == 130, first + rest
    assert "Traceback" not in rest
    assert rest.splitlines()[-1] == "ringme-contract: interrupted"
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)
