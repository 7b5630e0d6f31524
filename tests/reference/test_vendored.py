"""Vendored scripts for browsers, which `vendored.json` lists for the SBOM."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import ringme_mock

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = Path(ringme_mock.__file__).parent
VENDORED = PACKAGE / "vendored.json"
COMPONENTS = json.loads(VENDORED.read_text("utf-8"))["components"]


def files_of(component: dict[str, Any]) -> list[dict[str, Any]]:
    return [one for one in component["components"] if one["type"] == "file"]


@pytest.mark.parametrize("component", COMPONENTS, ids=lambda one: str(one["name"]))
def test_vendored_files_are_unchanged_and_have_licence_and_version(
    component: dict[str, Any],
) -> None:
    for file in files_of(component):
        path = PACKAGE / file["name"]
        digest = {"alg": "SHA-256", "content": hashlib.sha256(path.read_bytes()).hexdigest()}
        assert file["hashes"] == [digest]
        assert (path.parent / "LICENSE").read_text("utf-8")
        assert f" {component['version']}\n" in (path.parent / "README.md").read_text("utf-8")
    assert str(component["purl"]).endswith(f"@{component['version']}")


def test_vendored_json_lists_all_scripts() -> None:
    named = {file["name"] for one in COMPONENTS for file in files_of(one)}
    there = PACKAGE.glob("*/vendor/*/*.js")
    assert {path.relative_to(PACKAGE).as_posix() for path in there} == named


def test_sbom_includes_the_vendored_scripts(tmp_path: Path) -> None:
    lines = (ROOT / "Makefile").read_text("utf-8").split("ADD_VENDORED := ")[1].split("\n\n")[0]
    sbom = tmp_path / "sbom.json"
    sbom.write_text(json.dumps({"components": [{"name": "click"}]}), encoding="utf-8")
    program = lines.replace("\\\n", "")
    subprocess.run([sys.executable, "-c", program, str(sbom), str(VENDORED)], check=True)
    names = [one["name"] for one in json.loads(sbom.read_text("utf-8"))["components"]]
    assert names == ["click", "api-reference", "htm"]
