"""`ringme-mock docs`: reproducible output in one folder, and no other files are replaced."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ringme_mock.docs import build
from ringme_mock.docs.build import build_site
from ringme_mock.docs.command import docs
from ringme_spec.contract import Contract, read_contract
from ringme_spec.errors import ConfigError
from ringme_spec.paths import SPEC

# A minimal document, as writing a folder does not depend on its content.
DOCUMENT = Contract(
    {
        "openapi": "3.0.3",
        "info": {"title": "Tea", "version": "1", "description": ""},
        "paths": {"/tea": {"get": {"operationId": "brew", "description": "", "responses": {}}}},
        "x-rules": [],
    }
)


def content(folder: Path) -> dict[str, bytes]:
    """Return the content of all files of a folder by path."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
    }


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(docs, [str(argument) for argument in arguments])


def test_site_builds_are_reproducible(tmp_path: Path) -> None:
    for name in ("one", "two"):
        build_site(tmp_path / name, read_contract(SPEC))
    one = content(tmp_path / "one")
    assert one == content(tmp_path / "two")
    assert {"index.html", "api.html", "openapi.json", "assets/scalar.js"} <= one.keys()


def test_build_replaces_an_existing_site_completely(tmp_path: Path) -> None:
    site = tmp_path / "site"
    build_site(site, DOCUMENT)
    (site / "left-over.html").write_text("old", encoding="utf-8")
    build_site(site, DOCUMENT)
    assert not (site / "left-over.html").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_build_refuses_a_folder_with_other_files(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    outcome = run(tmp_path)
    assert outcome.exit_code == 2
    assert outcome.output == (
        f"ringme-mock: {tmp_path}: has files in it and is not a site that this command made;"
        " name a new or an empty folder\n"
    )
    assert content(tmp_path) == {"thesis.txt": b"years of work"}


def test_failed_build_keeps_the_existing_site(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    build_site(site, DOCUMENT)
    before = content(site)

    def fail(folder: Path, _book: object) -> None:
        folder.mkdir()
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(build, "_write", fail)
    with pytest.raises(ConfigError, match="cannot be written: No space left on device"):
        build_site(site, DOCUMENT)
    assert content(site) == before
    assert [path.name for path in tmp_path.iterdir()] == ["site"]


def test_command_prints_the_page_to_open(tmp_path: Path, report_folder: Path) -> None:
    outcome = run(tmp_path / "site", "--report", report_folder)
    assert outcome.exit_code == 0, outcome.output
    assert f"open {tmp_path / 'site' / 'index.html'}" in outcome.output
    report = (tmp_path / "site" / "contract-report.html").read_bytes()
    assert report == (report_folder / "report.html").read_bytes()


def test_site_without_a_report_says_how_to_create_one(tmp_path: Path) -> None:
    build_site(tmp_path / "site", DOCUMENT)
    assert "There is no report here" in (tmp_path / "site" / "contract-tests.html").read_text(
        "utf-8"
    )
    assert not (tmp_path / "site" / "contract-report.html").exists()


def test_folder_without_a_report_is_refused(tmp_path: Path) -> None:
    outcome = run(tmp_path / "site", "--report", tmp_path / "none")
    assert outcome.exit_code == 2
    assert "report.html: cannot be read: No such file" in outcome.output
    assert "--report-dir" in outcome.output
    assert not (tmp_path / "site").exists()


def test_file_that_is_not_a_report_is_refused(tmp_path: Path) -> None:
    (tmp_path / "report.html").write_text("x", encoding="utf-8")
    (tmp_path / "report.json").write_text("[]", encoding="utf-8")
    outcome = run(tmp_path / "site", "--report", tmp_path)
    assert outcome.exit_code == 2
    assert "report.json: is not a report of ringme-contract" in outcome.output


def test_file_instead_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("x", encoding="utf-8")
    outcome = run(tmp_path / "site")
    assert outcome.exit_code == 2
    assert outcome.output == f"ringme-mock: {tmp_path / 'site'}: is not a folder\n"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "is not an OpenAPI document"),
        ("openapi: 3.0.3\npaths: {/a: {get: {}}}", "GET /a: operationId is missing"),
    ],
)
def test_invalid_document_is_refused(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    outcome = run(tmp_path / "site", "--spec", tmp_path / "spec.yaml")
    assert outcome.exit_code == 2
    assert message in outcome.output
