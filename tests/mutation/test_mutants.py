"""Lists of mutants: they match the current implementations and the kit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from mutation.mutants import IMPLEMENTATIONS, ROOT, Implementation, MutantNotFound, read_mutants
from mutation.run import NO_START
from ringme_contract.check import all_checks
from ringme_contract.proof.trial import contract


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)
def test_every_mutant_names_an_existing_check_or_a_reason(
    implementation: Implementation,
) -> None:
    checks = {NO_START, *(one.id for one in all_checks(contract()))}
    for one in read_mutants(implementation):
        reason = (one.why or "").startswith(("equivalent: ", "not in the contract: "))
        assert one.kit in checks or (one.kit is None and reason), one.id


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS.values(), ids=IMPLEMENTATIONS)
def test_every_mutant_can_be_applied_and_changes_its_file(
    implementation: Implementation, tmp_path: Path
) -> None:
    folder = implementation.folder
    shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("*.pyc"))
    for one in read_mutants(implementation):
        changed = one.apply(tmp_path)
        original = ROOT / changed.relative_to(tmp_path)
        assert changed.read_text("utf-8") != original.read_text("utf-8"), one.id
        shutil.copyfile(original, changed)


def test_mutant_without_matching_lines_raises_an_error(tmp_path: Path) -> None:
    (tmp_path / "mock").mkdir()
    with pytest.raises(MutantNotFound, match="0 times"):
        read_mutants()[0].apply(tmp_path)
