"""A part of a package that is never used is not waited for."""

from __future__ import annotations

import subprocess
import sys

from ringme_mock.server.import_blocker import block_import


def test_within_it_is_as_if_a_module_were_not_there() -> None:
    code = (
        "from ringme_mock.server.import_blocker import block_import\n"
        "with block_import('httpx._main'):\n"
        "    import httpx\n"
        "print(httpx.main.__module__)\n"
        "import httpx._main\n"
        "print(httpx._main.main.name)\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.split() == ["httpx", "main"]


def test_what_somebody_uses_already_stays() -> None:
    with block_import("subprocess"):
        import subprocess as again
    assert again is subprocess


def test_the_server_does_not_wait_for_it() -> None:
    code = (
        "import sys\n"
        "from ringme_mock.cli import main\n"
        "try:\n"
        "    main(['serve', '--spec', 'nowhere.yaml'])\n"
        "except SystemExit:\n"
        "    print(sorted({'rich', 'httpx'} & sys.modules.keys()))\n"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "['httpx']"
