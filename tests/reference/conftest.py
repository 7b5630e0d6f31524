"""The documentation as a static site, built once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from reference.html_page import HtmlPage, pages_of
from ringme_mock.docs.build import build_site
from ringme_spec.contract import Contract, read_contract
from ringme_spec.paths import SPEC


@pytest.fixture(scope="session")
def report_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with reports as the contract kit writes it."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "report.html").write_text("<!DOCTYPE html><title>A run</title>", encoding="utf-8")
    values = {
        "summary": {"text": "63 of 63 rules passed"},
        "target": "http://127.0.0.1:8080",
        "run": {"started": "2026-01-02T03:04:05Z"},
    }
    (folder / "report.json").write_text(json.dumps(values), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory, report_folder: Path) -> Path:
    """Return the site for the mock's own document, with a report."""
    folder = tmp_path_factory.mktemp("built") / "site"
    build_site(folder, read_contract(SPEC), report_folder)
    return folder


@pytest.fixture(scope="session")
def pages(site: Path) -> dict[str, HtmlPage]:
    """Return all pages of the site by file name."""
    return pages_of(site)


@pytest.fixture(scope="session")
def document_contract() -> Contract:
    return read_contract(SPEC)
