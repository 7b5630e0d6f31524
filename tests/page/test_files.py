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
def test_all_files_are_loaded_from_below_the_session(visitor: PageClient, prefix: str) -> None:
    visitor.prefix = prefix
    for link in [*links(visitor.page()), *imports("\n".join(visitor.assets().values()))]:
        assert not link.startswith(("/", "http")), link
    loaded = {path.rpartition("/")[2] for path in visitor.assets()}
    own = {path.name for path in (UI / "page").iterdir()} - {"index.html"}
    assert loaded == own | {"standalone.module.js"}
    assert all(path.startswith(f"{prefix}{PAGE}/assets/") for path in visitor.assets())


@pytest.mark.parametrize(
    ("path", "headers", "root"),
    [
        ("/", {}, ""),
        ("/s/mine/", {}, ""),
        ("/s/mine", {}, "/s/mine/"),
        ("/", {"X-Mock-Session": "by-header"}, "/s/by-header/"),
    ],
)
def test_links_are_whole_where_the_url_does_not_say_the_session(
    visitor: PageClient, path: str, headers: dict[str, str], root: str
) -> None:
    page = visitor.http.get(path, headers=headers).text
    assert all(link.startswith(f"{root}__mock__/page/assets/") for link in links(page))
    assert f'<a href="{root}docs/">' in page


def test_the_files_of_the_page_keep_for_ever(visitor: PageClient) -> None:
    kinds = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
    for path in visitor.assets():
        answer = visitor.http.get(path)
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert answer.headers["content-type"].startswith(kinds[path.rpartition(".")[2]])
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "name",
    ["static_files.py", "../app.py", "%2e%2e/app.py", "", "page", "page/index.html", "vendor/htm"],
)
def test_no_other_file_is_given_away(visitor: PageClient, name: str) -> None:
    folder = next(path for path in visitor.assets() if path.endswith("/page/main.js"))
    folder = folder.removesuffix("page/main.js")
    assert visitor.http.get(f"{folder}{name}").status_code == 404


@pytest.mark.parametrize("path", ["assets/0000000000000000/page/main.js", "", "panels"])
def test_what_is_not_there_is_a_404_in_words(visitor: PageClient, path: str) -> None:
    answer = visitor.get(f"{PAGE}/{path}")
    assert (answer.status_code, answer.text) == (404, "There is no such file\n")


@pytest.mark.parametrize(("name", "origin"), ORIGINS.items())
def test_vendored_files_are_those_of_the_package(name: str, origin: str) -> None:
    found = ROOT / "node_modules" / origin
    if not found.exists():
        pytest.skip("the npm packages are not installed: run `npm ci`")
    assert (VENDOR / name).read_bytes() == found.read_bytes()


def test_the_vendored_version_is_the_pinned_one() -> None:
    pinned = json.loads((ROOT / "package.json").read_text("utf-8"))["devDependencies"]["htm"]
    assert (VENDOR / "README.md").read_text("utf-8").startswith(f"# htm {pinned}\n")
