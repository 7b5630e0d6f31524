"""The mock is driven by the document: removed operations are gone."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from document.resolved_operations import ALL, DOCUMENT
from ringme_mock.app import MockApp
from support.server import SECRETS, TRUSTED
from support.validating_app import validating_app


def write_document(document: dict[str, Any], path: Path) -> Path:
    path.write_text(json.dumps(document), "utf-8")
    return path


async def request_all(app: MockApp) -> dict[str, httpx.Response]:
    """Return the response of each operation to its example; writes start from fresh fixtures.

    Requests are sent in this process, with a token if the mock still issues one.
    """
    transport = httpx.ASGITransport(app)
    form = {"grant_type": "client_credentials", "client_id": TRUSTED}
    headers: dict[str, str] = {}
    responses = {}
    async with httpx.AsyncClient(transport=transport, base_url="http://mock.example") as http:
        for operation in sorted(ALL.values(), key=lambda one: one.method != "GET"):
            if operation.method != "GET" or not headers:
                app.state.reset()
                response = await http.post(
                    "/oauth/token", data={**form, "client_secret": SECRETS[TRUSTED]}
                )
                token = response.json().get("access_token", "none")
                headers = {"Authorization": f"Bearer {token}"}
            # The second request has all parameters.
            request = list(operation.requests())[:2][-1]
            url = request.pop("path")
            responses[operation.name] = await http.request(
                operation.method, url, headers=headers, **request
            )
    return responses


# Without the token endpoint, every secured operation responds with 401.
TOKENS = "createToken"
OTHERS = [name for name in ALL if name != TOKENS]


# Half of them at a time, so that neighbours in the document are removed in different runs.
@pytest.mark.parametrize("removed", [[TOKENS], OTHERS[::2], OTHERS[1::2]])
def test_operations_removed_from_the_document_are_not_served(
    removed: list[str], tmp_path: Path
) -> None:
    # Copied with JSON, so that no part is shared between two places.
    document: dict[str, Any] = json.loads(json.dumps(DOCUMENT))
    for name in removed:
        del document["paths"][ALL[name].path][ALL[name].method.lower()]
    responses = asyncio.run(
        request_all(validating_app(write_document(document, tmp_path / "spec.yaml")))
    )
    for name in removed:
        refused, path = responses.pop(name), document["paths"][ALL[name].path]
        left = {method.upper() for method in path if method != "parameters"}
        assert refused.status_code == (405 if left else 404), (name, refused.text)
        if left:
            allowed = left | ({"HEAD"} if "GET" in left else set())
            assert set(refused.headers["Allow"].split(", ")) == allowed
    for name, response in responses.items():
        unknown = TOKENS in removed and ALL[name].secured
        expected = 401 if unknown else ALL[name].example_status
        assert response.status_code == expected, (name, response.text)
