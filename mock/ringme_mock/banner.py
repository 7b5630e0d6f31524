"""What the mock prints at its start: where it is, and commands that work when pasted."""

from __future__ import annotations

from ringme_mock.access import BLOCKED, EVERYTHING, READ_ONLY
from ringme_mock.collection import Entry
from ringme_mock.handlers.token import CLIENT_CREDENTIALS, PASSWORD
from ringme_mock.site import DOCS_PATH
from ringme_mock.state import State

_TOKEN_FILTER = """sed 's/.*"access_token": "\\([^"]*\\)".*/\\1/'"""


def banner(state: State, url: str) -> str:
    """The text for a mock that answers at `url`."""
    lines = [
        f"The mock answers at  {url}",
        f"Documentation        {url}{DOCS_PATH}/",
        "",
    ]
    application = _application(state, "trusted")
    if application:
        lines += ["To try it, get a token and list the groups of its client:", ""]
        lines += [f"  {line}" for line in _commands(url, application)]
        lines += [""]
    login = _application(state, "password_credentials")
    users = _users(state, login) if login else []
    if login and users:
        lines += [
            f"To log in as a user ({PASSWORD} grant), application {login['client_id']},",
            f"secret {login['client_secret']}:",
            "",
            *[f"  {_describe(user)}" for user in users],
            "",
        ]
    lines.append("Ctrl-C ends it.")
    return "\n".join(lines)


def _commands(url: str, application: Entry) -> list[str]:
    return [
        f"TOKEN=$(curl -s {url}/oauth/token -d grant_type={CLIENT_CREDENTIALS} \\",
        f"  -d client_id={application['client_id']} \\",
        f"  -d client_secret={application['client_secret']} | {_TOKEN_FILTER})",
        f'curl -s {url}/api/ver1.0/client/@me/extension_group/ -H "Authorization: Bearer $TOKEN"',
    ]


def _application(state: State, kind: str) -> Entry | None:
    """The first application of a type that may do everything."""
    for application in state.store["application"].entries():
        owner = state.store["user"].get(application["user_id"])
        usable = owner and BLOCKED not in owner["status"] and owner["access"] != READ_ONLY
        if usable and application["type"] == kind and application["access"] == EVERYTHING:
            return application
    return None


def _users(state: State, application: Entry) -> list[Entry]:
    """The users who can log in through an application."""
    owner = state.store["user"].get(application["user_id"])
    client = state.store.owner_key("user", owner, "client") if owner else None
    return [
        user
        for user in state.store["user"].entries()
        if state.store.owner_key("user", user, "client") == client and user["status"] != BLOCKED
    ]


def _describe(user: Entry) -> str:
    return f"{user['login']:<16} {user['password']:<22} {user['type']}, {user['access']}"
