"""Files that the page loads; no others are served."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import ringme_mock.ui
from support.page_client import PAGE, PageClient, imports, links

ROOT = Path(__file__).resolve().parents[2]
UI = Path(ringme_mock.ui.__file__).parent
VENDOR = UI / "vendor" / "htm"
ORIGINS = {
    "standalone.module.js": "htm/preact/standalone.module.js",
    "LICENSE": "htm/LICENSE",
    "LICENSE.preact": "preact/LICENSE",
}


@pytest.mark.parametrize("prefix", ["", "/s/mine"])
def test_page_loads_all_files_below_its_session(page_client: PageClient, prefix: str) -> None:
    page_client.prefix = prefix
    for link in [*links(page_client.page()), *imports("\n".join(page_client.assets().values()))]:
        assert not link.startswith(("/", "http")), link
    loaded = {path.rpartition("/")[2] for path in page_client.assets()}
    own = {path.name for path in (UI / "page").iterdir()} - {"index.html"}
    assert loaded == own | {"standalone.module.js"}
    assert all(path.startswith(f"{prefix}{PAGE}/assets/") for path in page_client.assets())


@pytest.mark.parametrize(
    ("path", "headers", "root"),
    [
        ("/", {}, ""),
        ("/s/mine/", {}, ""),
        ("/s/mine", {}, "/s/mine/"),
        ("/", {"X-Mock-Session": "by-header"}, "/s/by-header/"),
    ],
)
def test_page_links_have_a_full_path_without_a_session_in_the_url(
    page_client: PageClient, path: str, headers: dict[str, str], root: str
) -> None:
    page = page_client.http.get(path, headers=headers).text
    assert all(link.startswith(f"{root}__mock__/page/assets/") for link in links(page))
    assert f'<a href="{root}docs/">' in page


def test_page_assets_are_cached_for_ever(page_client: PageClient) -> None:
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for path in page_client.assets():
        response = page_client.http.get(path)
        assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert response.headers["content-type"].startswith(kinds[path.rpartition(".")[2]])
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["static_files.py", "../app.py", "%2e%2e/app.py", "", "page", "page/index.html", "vendor/htm"],
)
def test_other_files_are_not_served(page_client: PageClient, name: str) -> None:
    folder = next(path for path in page_client.assets() if path.endswith("/page/main.js"))
    folder = folder.removesuffix("page/main.js")
    assert page_client.http.get(f"{folder}{name}").status_code == 404


@pytest.mark.parametrize("path", ["assets/0000000000000000/page/main.js", "", "panels"])
def test_unknown_file_is_a_404_with_a_message(page_client: PageClient, path: str) -> None:
    response = page_client.get(f"{PAGE}/{path}")
    assert (response.status_code, response.text) == (404, "There is no such file\n")


@pytest.mark.parametrize(("name", "origin"), ORIGINS.items())
def test_vendored_files_equal_those_of_the_npm_package(name: str, origin: str) -> None:
    found = ROOT / "node_modules" / origin
    if not found.exists():
        pytest.skip("the npm packages are not installed: run `npm ci`")
    assert (VENDOR / name).read_bytes() == found.read_bytes()


def test_vendored_version_is_the_pinned_one() -> None:
    pinned = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]["htm"]
    assert (VENDOR / "README.md").read_text("utf-8").startswith(f"# htm {pinned}\n")
