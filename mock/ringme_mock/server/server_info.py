"""Where a mock answers, and what its clients have to know about that."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from pathlib import Path

from ringme_mock.app import ANY, LOOPBACK, OFF
from ringme_mock.server.tls import Tls

_OPEN = "Other machines can reach it: the API, its pages, and the secrets of the test data."
_CONTROL_FROM = {
    OFF: "The control interface is off.",
    LOOPBACK: "The control interface answers this machine alone.",
    ANY: "They can also use the control interface: read and change everything, and get tokens.",
}
_UNKNOWN_CERTIFICATE = (
    "The certificate was made for this run, and no client knows it:"
    " --tls-ca FILE writes the authority that clients can be told to trust."
)
_KNOWN_CERTIFICATE = (
    "The certificate was made for this run. A client takes it that trusts {file},"
    " as curl does with --cacert {quoted}."
)
_WATCHED = "Changes are taken as they are saved: {files}"


@dataclass(frozen=True)
class ServerInfo:
    """The URL of a mock; whether it answers over TLS, to this machine alone, and who controls it.

    `control` is what `create_app` takes; `watched` names the files whose changes it takes.
    """

    url: str
    tls: Tls | None = None
    local: bool = True
    control: str = LOOPBACK
    watched: tuple[str, ...] = ()

    @property
    def warnings(self) -> list[str]:
        """What whoever started it should know before others find out."""
        return [] if self.local else [f"{_OPEN} {_CONTROL_FROM[self.control]}"]

    @property
    def notes(self) -> list[str]:
        """What is special about this start."""
        found = []
        if self.tls is not None and self.tls.self_made:
            found.append(_about_certificate(self.tls.authority))
        if self.watched:
            found.append(_WATCHED.format(files=", ".join(self.watched)))
        return found

    @property
    def curl(self) -> str:
        """The command for a request that gets through."""
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
