"""Server info: the URL of a mock, and notes about its clients' access."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from ringme_mock.app import ANY, LOOPBACK, OFF
from ringme_mock.server.tls import Tls

_OPEN = "Other machines can reach it: the API, its pages, and the secrets of the test data."
_CONTROL_FROM = {
    OFF: "The control interface is off.",
    LOOPBACK: "Only this machine can use the control interface.",
    ANY: "They can also use the control interface: read and change everything, and get tokens.",
}
_UNKNOWN_CERTIFICATE = (
    "The certificate was made for this run, and no client trusts it:"
    " --tls-ca FILE writes the authority for clients to trust."
)
_KNOWN_CERTIFICATE = (
    "The certificate was made for this run. Clients must trust {file}: curl --cacert {quoted}."
)
_WATCHED = "Reloaded on changes: {files}"


@dataclass(frozen=True)
class ServerInfo:
    """The URL of a mock, its TLS, and its access.

    `local`: only this machine can connect; `control` as for `create_app`; `watched` are the files
    that it reloads.
    """

    url: str
    tls: Tls | None = None
    local: bool = True
    control: str = LOOPBACK
    watched: tuple[str, ...] = ()

    @property
    def warnings(self) -> list[str]:
        """Risks for the person who started it."""
        return [] if self.local else [f"{_OPEN} {_CONTROL_FROM[self.control]}"]

    @property
    def notes(self) -> list[str]:
        found = []
        if self.tls is not None and self.tls.self_made:
            found.append(_about_certificate(self.tls.authority))
        if self.watched:
            found.append(_WATCHED.format(files=", ".join(self.watched)))
        return found

    @property
    def curl(self) -> str:
        """The command `curl`, with the options that TLS needs."""
        if self.tls is None or not self.tls.self_made:
            return "curl -s"
        if self.tls.authority is None:
            return "curl -sk"
        return f"curl -s --cacert {shlex.quote(str(self.tls.authority))}"


def _about_certificate(authority: Path | None) -> str:
    if authority is None:
        return _UNKNOWN_CERTIFICATE
    file = str(authority)
    return _KNOWN_CERTIFICATE.format(file=file, quoted=shlex.quote(file))
