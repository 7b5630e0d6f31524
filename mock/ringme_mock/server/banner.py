"""Text at startup: the URLs of the mock, and commands to paste."""

from __future__ import annotations

import logging
import shlex
import textwrap
from dataclasses import dataclass
from pathlib import Path

from ringme_mock.actions.token_endpoint import CLIENT_CREDENTIALS, PASSWORD
from ringme_mock.app import ANY, LOOPBACK, OFF, MockApp
from ringme_mock.http.urls import DOCS_PATH
from ringme_mock.server.options import JSON
from ringme_mock.server.tls import Tls
from ringme_mock.store.access import BLOCKED, EVERYTHING, READ_ONLY
from ringme_mock.store.collection import Entry
from ringme_mock.store.state import State
from ringme_spec.contract import Contract

_WIDTH = 90
_TOKEN_FILTER = """sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/'"""

_OPEN = "Other machines can reach it: the API, its pages, and the secrets of the test data."
_CONTROL_FROM = {
    OFF: "The control interface is off.",
    LOOPBACK: "Only this machine can use the control interface.",
    ANY: "They can also use the control interface: read and change everything, and get tokens.",
}
_UNKNOWN_CERTIFICATE = (
    "The certificate was generated for this run, and no client trusts it:"
    " --tls-ca FILE writes the CA certificate for clients to trust."
)
_KNOWN_CERTIFICATE = (
    "The certificate was generated for this run. Clients must trust {file}: curl --cacert {quoted}."
)
_WATCHED = "Reloaded on changes: {files}"


@dataclass(frozen=True)
class ServerInfo:
    """URL of a mock, its TLS, and access to it.

    `public_url` is the URL for clients, if it differs. `local` means that only this machine can
    connect; `control` is as for `create_app`. `watched` are the files that trigger a reload.
    `state` describes where the state is kept, `workers` is the number of processes.
    """

    url: str
    tls: Tls | None = None
    local: bool = True
    control: str = LOOPBACK
    watched: tuple[str, ...] = ()
    public_url: str = ""
    state: str = ""
    workers: int = 1

    @property
    def warnings(self) -> list[str]:
        """Risks that the user should know."""
        return [] if self.local else [f"{_OPEN} {_CONTROL_FROM[self.control]}"]

    @property
    def notes(self) -> list[str]:
        found = []
        if self.tls is not None and self.tls.self_made:
            found.append(_about_certificate(self.tls.authority))
        if self.watched:
            found.append(_WATCHED.format(files=", ".join(self.watched)))
        if self.state:
            found.append(self.state)
        if self.workers > 1:
            found.append(f"{self.workers} processes share one state.")
        return found

    @property
    def curl(self) -> str:
        """The command `curl`, with the options that TLS needs."""
        if self.tls is None or not self.tls.self_made:
            return "curl -s"
        if self.tls.authority is None:
            return "curl -sk"
        return f"curl -s --cacert {shlex.quote(str(self.tls.authority))}"


def announce(logger: logging.Logger, form: str, app: MockApp, info: ServerInfo) -> None:
    """Log that the mock runs: as a banner, or as lines of JSON with its URLs."""
    if form != JSON:
        logger.info(banner(app.contract, app.state, info))
        return
    known = {"url": info.url, "documentation": f"{info.url}{DOCS_PATH}/"}
    logger.info("The mock runs at %s", info.url, extra=known)
    for text in info.warnings:
        logger.warning(text)
    for text in info.notes:
        logger.info(text)


def banner(contract: Contract, state: State, info: ServerInfo) -> str:
    url = info.url
    lines = [
        f"The mock runs at  {url}",
        f"Page              {url}/",
        f"Documentation     {url}{DOCS_PATH}/",
        *([f"Public URL        {info.public_url}"] if info.public_url else []),
        "",
    ]
    for text in (*info.warnings, *info.notes):
        lines += [*textwrap.wrap(text, _WIDTH, break_on_hyphens=False), ""]
    application = _application(state, "trusted")
    token_path, list_path = _token_path(contract), _list_path(contract)
    if application and token_path and list_path:
        lines += ["To try it, get a token and list the entries of its client:", ""]
        lines += [f"  {line}" for line in _token_command(info, token_path, application)]
        lines.append(f'  {info.curl} {url}{list_path} -H "Authorization: Bearer $TOKEN"')
        lines.append("")
    login = _application(state, "password_credentials")
    users = _users(state, login) if login else []
    if login and users:
        lines += [
            f"Users of the {PASSWORD} grant, application {login['client_id']},",
            f"secret {login['client_secret']}:",
            "",
            *[f"  {_describe(user)}" for user in users],
            "",
        ]
    lines.append("Press Ctrl-C to stop.")
    return "\n".join(lines)


def _token_command(info: ServerInfo, path: str, application: Entry) -> list[str]:
    return [
        f"TOKEN=$({info.curl} {info.url}{path} -d grant_type={CLIENT_CREDENTIALS} \\",
        f"  -d client_id={application['client_id']} \\",
        f"  -d client_secret={application['client_secret']} | {_TOKEN_FILTER})",
    ]


def _token_path(contract: Contract) -> str | None:
    found = (one.path for one in contract.operations.values() if one.action == "token")
    return next(found, None)


def _list_path(contract: Contract) -> str | None:
    """Find the path of the first list that needs only a token."""
    for operation in contract.operations.values():
        parameters = operation.path_parameters
        needed = [one for one in operation.query_parameters if one.required]
        if operation.action == "list" and len(parameters) == 1 and parameters[0].me and not needed:
            return operation.path.replace("{" + parameters[0].name + "}", parameters[0].me)
    return None


def _application(state: State, kind: str) -> Entry | None:
    """Find the first application of a type with full access."""
    for application in state.store["application"].entries():
        owner = state.store["user"].get(application["user_id"])
        usable = owner and BLOCKED not in owner["status"] and owner["access"] != READ_ONLY
        if usable and application["type"] == kind and application["access"] == EVERYTHING:
            return application
    return None


def _users(state: State, application: Entry) -> list[Entry]:
    owner = state.store["user"].get(application["user_id"])
    client = state.store.owner_key("user", owner, "client") if owner else None
    return [
        user
        for user in state.store["user"].entries()
        if state.store.owner_key("user", user, "client") == client and user["status"] != BLOCKED
    ]


def _describe(user: Entry) -> str:
    return f"{user['login']:<16} {user['password']:<22} {user['type']}, {user['access']}"


def _about_certificate(authority: Path | None) -> str:
    if authority is None:
        return _UNKNOWN_CERTIFICATE
    file = str(authority)
    return _KNOWN_CERTIFICATE.format(file=file, quoted=shlex.quote(file))
