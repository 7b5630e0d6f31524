"""The certificate that the mock answers with over https."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ringme_spec.errors import ConfigError

# A browser takes no certificate that lives much longer, whoever trusts its maker.
_LIFETIME = timedelta(days=365)
_SKEW = timedelta(days=1)
_LOCAL = ("localhost", "127.0.0.1", "::1")
_ANYWHERE = ("0.0.0.0", "::", "")  # noqa: S104 - compared, not bound
_BEGIN = "-----BEGIN CERTIFICATE-----"
_SECRET = "PRIVATE KEY"


@dataclass(frozen=True)
class Tls:
    """What a server needs to answer over https.

    `context` is for uvicorn's `ssl_context_factory`; `authority` the file that clients trust,
    where there is one.
    """

    context: ssl.SSLContext
    self_made: bool
    authority: Path | None = None

    def factory(self, *_: Any) -> ssl.SSLContext:
        """The context, whatever uvicorn asks for it with."""
        return self.context


def made_for(hosts: tuple[str, ...], authority: Path | None) -> Tls:
    """A new certificate for this machine and `hosts`, of an authority of its own.

    The authority's certificate goes to a file if one is named; its key, and that of the mock,
    are kept in memory. Raises ConfigError for a host that no certificate can be for, and for a
    file that cannot be written or holds something else.
    """
    # Only now: a mock without TLS does not wait for the import.
    import trustme

    maker = trustme.CA(organization_name="ringme-mock", organization_unit_name="local authority")
    names = tuple(dict.fromkeys((*_LOCAL, *(one for one in hosts if one not in _ANYWHERE))))
    now = datetime.now(UTC)
    try:
        certificate = maker.issue_cert(
            *names,
            organization_name="ringme-mock",
            organization_unit_name="mock",
            not_before=now - _SKEW,
            not_after=now + _LIFETIME,
        )
    except ValueError as error:
        raise ConfigError(f"--tls: no certificate can be made for {hosts[0]}: {error}") from None
    context = _context()
    certificate.configure_cert(context)
    if authority is not None:
        _write(authority, maker.cert_pem.bytes())
    return Tls(context, self_made=True, authority=authority)


def read_from(certificate: Path, key: Path) -> Tls:
    """A certificate and its key from files. Raises ConfigError if they cannot be used."""
    for path in (certificate, key):
        try:
            path.read_bytes()
        except OSError as error:
            raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    context = _context()
    try:
        context.load_cert_chain(certificate, key, _no_password(key))
    except ssl.SSLError as error:
        reason = (error.reason or "no PEM").replace("_", " ").lower()
        raise ConfigError(
            f"{certificate}, {key}: are not a certificate in PEM and its private key: {reason}"
        ) from None
    return Tls(context, self_made=False)


def _context() -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    return context


def _no_password(key: Path) -> Callable[[], str]:
    def ask() -> str:
        raise ConfigError(
            f"{key}: is encrypted; decrypt it first: openssl pkey -in {key} -out FILE"
        )

    return ask


def _write(path: Path, content: bytes) -> None:
    """Writes the file, if it is new or an authority's certificate from before."""
    try:
        before = path.read_text("ascii", "replace") if path.exists() else _BEGIN
        if not before.startswith(_BEGIN) or _SECRET in before:
            raise ConfigError(f"{path}: holds something else than a certificate; name another file")
        path.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
