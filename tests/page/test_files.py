"""The files that the page loads, and those that are not its own."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

import ringme_mock.ui
from support.visitor import PAGE, Visitor

ROOT = Path(__file__).resolve().parents[2]
VENDOR = Path(ringme_mock.ui.__file__).parent / "vendor" / "htmx"
PACKAGE = ROOT / "node_modules" / "htmx.org"
ORIGINS = {
    "htmx.min.js": "dist/htmx.min.js",
    "hx-sse.min.js": "dist/ext/hx-sse.min.js",
    "LICENSE": "LICENSE",
}


def assets(page: str) -> dict[str, str]:
    found: list[str] = re.findall(rf'"([^"]*{PAGE}/assets/[^"]*)"', page)
    return {path.rpartition("/")[2]: path for path in found}


def test_the_files_of_the_page_keep_for_ever(visitor: Visitor) -> None:
    found = assets(visitor.page())
    assert set(found) == {"page.css", "page.js", "icon.svg"}
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for name, path in found.items():
        answer = visitor.http.get(path)
        assert answer.status_code == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith(kinds[name.rpartition(".")[2]])
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", ["page.py", "../site.py", "%2e%2e/site.py", "", "vendor"])
def test_no_other_file_is_given_away(visitor: Visitor, name: str) -> None:
    folder = assets(visitor.page())["page.js"].rpartition("/")[0]
    assert visitor.http.get(f"{folder}/{name}").status_code == 404


def test_a_file_of_another_version_is_not_there(visitor: Visitor) -> None:
    assert visitor.get(f"{PAGE}/assets/0000000000000000/page.js").status_code == 404


def test_htmx_comes_whole_before_what_builds_on_it(visitor: Visitor) -> None:
    script = visitor.http.get(assets(visitor.page())["page.js"]).text
    parts = [(VENDOR / name).read_text("utf-8") for name in ("htmx.min.js", "hx-sse.min.js")]
    assert script.startswith("\n".join(parts))


@pytest.mark.parametrize(("name", "origin"), ORIGINS.items())
def test_vendored_files_are_those_of_the_package(name: str, origin: str) -> None:
    if not PACKAGE.is_dir():
        pytest.skip("the npm packages are not installed: run `npm ci`")
    assert (VENDOR / name).read_bytes() == (PACKAGE / origin).read_bytes()


def test_the_vendored_version_is_the_pinned_one() -> None:
    pinned = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]["htmx.org"]
    assert (VENDOR / "README.md").read_text("utf-8").startswith(f"# htmx {pinned}\n")
    assert pinned in (VENDOR / "htmx.min.js").read_text("utf-8")


def test_a_mock_that_is_used_for_its_api_does_not_load_the_page() -> None:
    program = (
        "import sys, httpx\n"
        "from ringme_mock import MockServer\n"
        "with MockServer() as mock:\n"
        "    token = mock.token_for('client_user')\n"
        "    loaded = 'ringme_mock.ui.ui_app' in sys.modules\n"
        "    httpx.get(mock.url + '/')\n"
        "    print(loaded, 'ringme_mock.ui.ui_app' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.split() == ["False", "True"], done.stderr
