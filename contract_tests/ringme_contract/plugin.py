"""The pytest plugin of the kit: one test for each rule, run by the engine of the command.

Against an implementation at a URL, or against an application object of this process:

    pytest --pyargs ringme_contract --ringme-url https://host --ringme-target target.toml
    pytest --pyargs ringme_contract --ringme-app package.module:create_app

In a test suite of your own, override the fixture `ringme_app` (ASGI or WSGI; the latter is called
directly, the former served on a free port of the loopback interface) or `ringme_options`, and
import the test:

    from ringme_contract.rule_tests import test_rule

    @pytest.fixture(scope="session")
    def ringme_app():
        return create_app()

Each test has the id of its rule in its node id and carries the markers `ringme_area(name)`,
`ringme_layer(name)`, and one made of the area, such as `ringme_recorded_items`, for `-m`. A failed
SHOULD and an expected failure are xfailed, a rule that the target does not offer is skipped, and a
MUST that was not reached fails. Tests share nothing: each can run alone or in any process. Tests of
the same URL take turns.

Without these options and without that import the plugin does nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ringme_contract.run.check_run import Options

_RULE_TESTS = "rule_tests.py"
_PACKAGE = Path(__file__).parent
_RULES = pytest.StashKey[list[Any]]()


def pytest_addoption(parser: pytest.Parser) -> None:
    # The destination of each is `ringme_` and the name of a field of Options.
    add = parser.getgroup("ringme", "contract kit of the RingMe API").addoption
    many: dict[str, Any] = {"action": "append", "default": []}
    layers = "only the checks of this layer; no:NAME leaves one out"
    add("--ringme-url", help="URL of an implementation to check")
    add("--ringme-target", type=_path, help="target file (TOML): users and applications")
    add("--ringme-app", help="ASGI or WSGI application, or a factory of one: module:name")
    add(
        "--ringme-openapi",
        dest="ringme_document",
        type=_path,
        help="OpenAPI document to check against",
    )
    add("--ringme-overlay", type=Path, help="OpenAPI Overlay to apply to the document", **many)
    add("--ringme-expect", type=_path, help="list of expected failures (TOML)")
    add("--ringme-seed", type=int, help="random seed")
    add("--ringme-wait", type=float, help="seconds to wait for the target")
    add("--ringme-ca", type=_path, help="CA certificates to trust besides the system's (PEM)")
    add("--ringme-profile", help="how much to check: smoke, default or full")
    add("--ringme-jobs", type=int, help="maximum number of concurrent requests")
    add("--ringme-read-only", action="store_true", help="change nothing in the target")
    add("--ringme-layer", dest="ringme_layers", help=layers, **many)


def _path(text: str) -> Path | None:
    return Path(text) if text else None


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "ringme_area(name): the area of the rule")
    config.addinivalue_line("markers", "ringme_layer(name): a layer that has checks of the rule")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Module | None:
    """Collects the rules if the package is named and there is a target."""
    if file_path.name != _RULE_TESTS or file_path.parent != _PACKAGE:
        return None
    if not (parent.config.getoption("--ringme-url") or parent.config.getoption("--ringme-app")):
        return None
    module: pytest.Module = pytest.Module.from_parent(parent, path=file_path)
    return module


def pytest_sessionstart(session: pytest.Session) -> None:
    """Reports wrong options, in one line, before anything is collected."""
    options = vars(session.config.option).items()
    if any(value for name, value in options if name.startswith("ringme_")):
        _parameters(session.config)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "ringme_rule" in metafunc.fixturenames:
        metafunc.parametrize("ringme_rule", _parameters(metafunc.config))


def _parameters(config: pytest.Config) -> list[Any]:
    """The rules as parameters, with markers. Raises UsageError."""
    from ringme_contract.missing import missing
    from ringme_spec.errors import ConfigError

    try:
        from ringme_contract.pytest_items import rule_parameters

        if _RULES not in config.stash:
            config.stash[_RULES] = rule_parameters(config, options_of(config))
        return config.stash[_RULES]
    except ConfigError as error:
        raise pytest.UsageError(f"ringme-contract: {error}") from None
    except ModuleNotFoundError as error:
        raise pytest.UsageError(f"ringme-contract: {missing(error)}") from None


@pytest.fixture(scope="session")
def ringme_app(pytestconfig: pytest.Config) -> Any:
    """The ASGI or WSGI application under test; None for a URL. Made to be overridden."""
    from ringme_contract.pytest_items import import_app

    name = pytestconfig.getoption("--ringme-app")
    return import_app(name) if name else None


@pytest.fixture(scope="session")
def ringme_options(pytestconfig: pytest.Config) -> Options:
    """The options of the run, taken from those of pytest. Can be overridden."""
    return options_of(pytestconfig)


@pytest.fixture(scope="session")
def ringme_runner(ringme_app: Any, ringme_options: Options) -> Iterator[Any]:
    """The runner for the checks of single rules, one for all tests of this process."""
    from ringme_contract.pytest_items import open_runner
    from ringme_spec.errors import ConfigError

    try:
        with open_runner(ringme_app, ringme_options) as runner:
            yield runner
    except ConfigError as error:
        pytest.exit(f"ringme-contract: {error}", returncode=2)


def options_of(config: pytest.Config) -> Options:
    from ringme_contract.run.check_run import Options

    given = {one.name: config.getoption(f"ringme_{one.name}", None) for one in fields(Options)}
    return Options(**{name: value for name, value in given.items() if value})
