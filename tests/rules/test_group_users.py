"""Passwords of users stay out of responses and of the log."""

from __future__ import annotations

import logging
import re
import subprocess
import sys

import httpx
import pytest

from support.server import API, LOGIN, SECRETS, Api, RunningMock
from support.views import (
    log_in,
    session,
)

USERS = "/client/12/user/extension_group/"
PASSWORD = "s3cret-Pa55word"
ANNA = {
    "name": "Anna Lebedeva",
    "login": "lebedeva",
    "password": PASSWORD,
    "email": "lebedeva@example.com",
    "extension_group_id": 3,
}


@pytest.mark.rule("group-user-create")
def test_the_password_is_in_no_answer_and_no_log(
    mock: RunningMock, admin: Api, caplog: pytest.LogCaptureFixture
) -> None:
    # Servers keep these from the root logger, where caplog listens.
    apart = [logging.getLogger(name) for name in ("uvicorn", "uvicorn.access", "uvicorn.error")]
    levels = [logger.level for logger in apart]
    caplog.set_level(logging.DEBUG)
    for logger in apart:
        logger.addHandler(caplog.handler)
        logger.setLevel(logging.DEBUG)
    try:
        answers = [admin.post(USERS, ANNA)]
        path = f"{USERS}{answers[0].json()['id']}"
        answers += [
            admin.get(path),
            admin.get(USERS),
            admin.put(path, {"password": PASSWORD + "2"}),
        ]
        lead = session(mock, "lebedeva", PASSWORD + "2")
        answers += [lead.get("/user/"), admin.post(USERS, ANNA), log_in(mock, "lebedeva", PASSWORD)]
        for body in ({**ANNA, "password": PASSWORD * 20}, {**ANNA, "password": [PASSWORD]}):
            answers += [admin.post(USERS, body), admin.put(path, body)]
        answers.append(admin.request("POST", API + USERS, content=f'{{"password": "{PASSWORD}"'))
    finally:
        for logger, level in zip(apart, levels, strict=True):
            logger.removeHandler(caplog.handler)
            logger.setLevel(level)
    assert [one.status_code for one in answers] == [
        201,
        200,
        200,
        200,
        200,
        *[400, 401],
        *[400] * 5,
    ]
    assert not [one.text for one in answers if PASSWORD in one.text]
    # What the tests' own HTTP client logs is not the mock's.
    lines = [one.getMessage() for one in caplog.records if not one.name.startswith("http")]
    assert [line for line in lines if f"POST {API}{USERS}" in line]
    assert not [line for line in lines if PASSWORD in line]


@pytest.mark.rule("group-user-create")
def test_the_password_of_a_login_by_query_is_in_no_log_either() -> None:
    command = [sys.executable, "-m", "ringme_mock", "serve", "--port", "0", "--log-level", "debug"]
    output = subprocess.PIPE
    with subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, text=True) as server:
        assert server.stdout is not None
        try:
            found = next(filter(None, (re.search(r"http://[\w.:]+", one) for one in server.stdout)))
            query = {"grant_type": "password", "username": "sales-lead", "password": PASSWORD}
            query |= {"client_id": LOGIN, "client_secret": SECRETS[LOGIN]}
            answer = httpx.post(f"{found.group()}/oauth/token", params=query)
        finally:
            server.terminate()
        log = server.stdout.read()
    assert answer.status_code == 401
    assert "POST /oauth/token" in log
    assert PASSWORD not in log
