"""Performance page: the latest measurements, or how to run them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from reference.html_page import HtmlPage
from ringme_mock.docs import material
from ringme_mock.docs.book import Book
from ringme_mock.docs.material import RESULTS, Material, read_speed
from ringme_spec.contract import read_contract
from ringme_spec.errors import ConfigError
from ringme_spec.paths import SPEC

CONDITIONS = {
    "date": "2026-01-02T03:04:05Z",
    "cpu": "Z80 <b>",
    "cores": 2,
    "memory_gb": 1,
    "system": "Linux",
    "python": "3.11.7",
    "versions": {"connexion": "3.3.0"},
    "load_average": [0.5, 0.5, 0.5],
    "command": "make bench",
}


def spread(value: float) -> dict[str, float]:
    return {"median": value, "least": value - 1, "greatest": value + 1}


def server(name: str, cpu: float) -> dict[str, Any]:
    figures = {key: spread(cpu) for key in ("cpu_us", "per_second", "p50_ms", "p99_ms", "to_floor")}
    return {
        "name": name,
        "describe": f"what {name} is",
        "start_seconds": spread(1),
        "rest_mb": spread(50),
        "loaded_mb": 60,
        "requests": dict.fromkeys(("get", "list", "post"), figures),
    }


COMPARE = {
    "conditions": CONDITIONS,
    "plan": {"rounds": 3, "seconds": 1.0, "connections": 8, "starts": 1},
    "servers": [server("floor", 25), server("connexion", 400), server("mock", 40)],
    "missing": ["Prism"],
}


def page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """Return the page with the results of a folder."""
    monkeypatch.setattr(material, "read_speed", lambda: read_speed(folder))
    return Book(Material(read_contract(SPEC))).files["speed.html"].make().decode()


def test_performance_page_shows_the_latest_comparison(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "compare.json").write_text(json.dumps(COMPARE), encoding="utf-8")
    text = page(tmp_path, monkeypatch)
    assert text.count('<rect width="100.0%"') == 3
    assert text.count('<rect width="10.0%"') == 3
    assert "what mock is" in text
    assert "2026-01-02 03:04:05 UTC: Z80 &lt;b&gt;, 2 cores" in text
    assert text.count("No result is included") == 4


def test_performance_page_without_results_says_how_to_measure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = page(tmp_path, monkeypatch)
    assert text.count("No result is included") == 5
    assert "make bench" in re.sub(r"<[^>]+>", "", text)
    assert "<svg" not in text


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_file_that_is_not_a_benchmark_result_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "growth.json").write_text(text, encoding="utf-8")
    with pytest.raises(ConfigError, match=r"growth\.json: is not a result of make bench"):
        read_speed(tmp_path)


def test_performance_page_shows_the_committed_results(
    site: Path, pages: dict[str, HtmlPage]
) -> None:
    text = (site / "speed.html").read_text(encoding="utf-8")
    for path in RESULTS.glob("*.json"):
        conditions = json.loads(path.read_text(encoding="utf-8"))["conditions"]
        assert conditions["date"].replace("T", " ").replace("Z", " UTC") in text
    assert "speed.html" in pages["index.html"].links
