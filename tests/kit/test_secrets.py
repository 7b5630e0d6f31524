"""No report shows a secret, however it was sent."""

from __future__ import annotations

import httpx
import pytest

from ringme_contract.kit import Kit
from ringme_contract.target import MOCK, load_target
from ringme_contract.transport import Transport
from ringme_contract.verdict import Failure
from ringme_mock.document import read_yaml
from ringme_mock.paths import SPEC
from support.server import RunningMock


def test_a_failure_about_a_query_with_secrets_shows_none_of_them(mock: RunningMock) -> None:
    document = read_yaml(SPEC)
    target = load_target(MOCK, mock.url)
    with httpx.Client(base_url=mock.url) as http:
        kit = Kit(target, document, Transport(target, document, http))
        secret = target.identities["client"].parameters["client_secret"]
        query = {**target.identities["client"].parameters, "password": "mock-client-admin"}
        answer = kit.anonymous.request("POST", "/oauth/token", params=query)
        with pytest.raises(Failure) as failure:
            kit.expect(answer, 418)
        exchange = kit.transport.exchanges[-1]
    shown = f"{failure.value} {exchange.curl()} {exchange.url} {exchange.response_body}"
    assert secret not in shown
    assert "mock-client-admin" not in shown
    assert answer.json()["access_token"] not in shown
