"""Commands in the documentation that log in without a browser."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import ringme_mock.docs
from support.server import Api, RunningMock
from support.tools import require_programs

TOKENS = Path(ringme_mock.docs.__file__).parent / "content" / "tokens.md"


def test_documented_login_commands_return_tokens(mock: RunningMock) -> None:
    require_programs("curl")
    set_uris, log_in = re.findall(r"```sh\n(.*?)```", TOKENS.read_text("utf-8"), re.DOTALL)
    script = (set_uris + log_in).replace("http://127.0.0.1:8080", mock.url)
    done = subprocess.run(["bash", "-e"], input=script, capture_output=True, text=True, check=True)
    changed, given = map(json.loads, done.stdout.splitlines())
    assert "http://localhost:4200/callback" in changed["redirect_uris"]
    token = given["access_token"]
    assert Api(mock, token).read("/user/")["login"] == "sales-lead"
