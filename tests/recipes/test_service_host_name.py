"""Mock under the name of the service, for programs whose URL cannot be changed."""

from __future__ import annotations

import re
import ssl
from pathlib import Path

import httpx

from cli.command import serving
from ringme_mock.docs.material import CONTENT


def test_client_of_the_service_host_name_can_connect(tmp_path: Path) -> None:
    page = (CONTENT / "recipes.md").read_text("utf-8")
    line = re.search(r"^ringme-mock serve --port 443 (.*)$", page, re.MULTILINE)
    assert line is not None
    authority = tmp_path / "authority.pem"
    arguments = line[1].replace(authority.name, str(authority)).split()
    name = arguments[arguments.index("--tls-name") + 1]
    with serving(*arguments) as command:
        trusting = ssl.create_default_context(cafile=str(authority))
        with httpx.Client(verify=trusting, trust_env=False, headers={"Host": name}) as client:
            # The name that the certificate is checked against.
            named = {"sni_hostname": name}
            response = client.get(f"{command.url}/api/ver1.0/user/", extensions=named)
    # The host name is accepted: only a token is missing.
    assert response.status_code == 401
