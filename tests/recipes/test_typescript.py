"""Recipes in TypeScript: they compile, and pass with their test runners."""

from __future__ import annotations

import shutil
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import httpx
import pytest

from recipes.command import run
from ringme_mock import MockServer
from ringme_spec.paths import EXAMPLES
from support.browser import ROOT, require_chromium, require_node

pytestmark = pytest.mark.browser
CONTROL = ROOT / "mock" / "ringme_mock" / "control" / "control.yaml"
STRICT = (
    "--noEmit", "--strict", "--noUncheckedIndexedAccess", "--exactOptionalPropertyTypes",
    "--target", "ES2022", "--lib", "ES2022,DOM,DOM.Iterable", "--types", "node", "--skipLibCheck",
    "--module", "ESNext", "--moduleResolution", "bundler",
)  # fmt: skip


# Longer timeouts, for busy machines.
LONG_TIMEOUT_CONFIG = """
import config from "./playwright.config";
export default { ...config, timeout: 200_000, expect: { timeout: 100_000 } };
"""


@pytest.fixture(scope="module")
def node() -> str:
    return require_node("vitest", "@playwright/test", "typescript", "openapi-typescript")


def program(package: str, path: str) -> str:
    """Return the path of a program in an npm package, which Node.js runs."""
    return str(ROOT / "node_modules" / package / path)


def sessions_of(mock: MockServer, runner: str) -> set[str]:
    names = {one["name"] for one in mock.control("GET", "sessions")}
    return {name for name in names if name.startswith(runner)}


def test_typescript_recipes_compile_with_the_types_of_the_control_interface(
    node: str, examples: Path
) -> None:
    generator = program("openapi-typescript", "bin/cli.js")
    nullable = ("--default-non-nullable", "false")
    run(examples, node, generator, str(CONTROL), *nullable, "-o", "control.d.ts")
    shutil.copy(Path(__file__).with_name("agrees.ts"), examples)
    files = [str(path) for path in examples.rglob("*.ts") if "node_modules" not in path.parts]
    run(examples, node, program("typescript", "bin/tsc"), *STRICT, *files)


def test_vitest_recipe_passes_with_a_session_per_worker(node: str, examples: Path) -> None:
    folder = examples / "vitest"
    shutil.copy(folder / "groups.test.ts", folder / "again.test.ts")
    with MockServer() as mock:
        output = run(
            folder, node, program("vitest", "vitest.mjs"), "run", "--maxWorkers=2",
            "--testTimeout=200000",
            RINGME_MOCK_URL=mock.url,
        )  # fmt: skip
        assert "6 passed" in output
        assert sessions_of(mock, "vitest") == {"vitest-1", "vitest-2"}


def test_playwright_recipe_passes_with_a_session_per_worker(node: str, examples: Path) -> None:
    chromium = require_chromium()
    folder = examples / "playwright"
    (folder / "patient.config.ts").write_text(LONG_TIMEOUT_CONFIG, "utf-8")
    pages = partial(_QuietHandler, directory=str(folder / "app"))
    with MockServer() as mock, ThreadingHTTPServer(("127.0.0.1", 0), pages) as application:
        Thread(target=application.serve_forever, daemon=True).start()
        output = run(
            folder, node, program("@playwright/test", "cli.js"), "test", "--reporter=line",
            "--workers=2", "--config=patient.config.ts", "--output", str(folder / "results"),
            RINGME_MOCK_URL=mock.url, CHROMIUM=chromium,
            APP_URL=f"http://127.0.0.1:{application.server_port}",
        )  # fmt: skip
        application.shutdown()
        assert "3 passed" in output
        assert sessions_of(mock, "playwright") == {"playwright-0", "playwright-1"}


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None: ...


def test_typescript_helper_is_served_for_download() -> None:
    with MockServer() as mock:
        response = httpx.get(f"{mock.url}/docs/examples/ringme-mock.ts")
    assert response.content == (EXAMPLES / "ringme-mock.ts").read_bytes()
    assert response.headers["content-type"] == "text/plain; charset=utf-8"
