"""TLS: certificates of the mock."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from ringme_spec.errors import ConfigError

# Browsers refuse certificates that are valid for much longer.
_LIFETIME = timedelta(days=365)
_SKEW = timedelta(days=1)
ANYWHERE = ("0.0.0.0", "::")  # noqa: S104 - compared, not bound
_LOCAL = ("localhost", "127.0.0.1", "::1")
_BEGIN = "-----BEGIN CERTIFICATE-----"
_SECRET = "PRIVATE KEY"


@dataclass(frozen=True)
class Tls:
    """TLS context, and the file of the authority to trust, if there is one."""

    context: ssl.SSLContext
    self_made: bool
    authority: Path | None = None
    # Certificate and key in PEM, as a context cannot be passed to another process.
    pem: bytes = b""

    def factory(self, *_: Any) -> ssl.SSLContext:
        """Return the context, as uvicorn's `ssl_context_factory`."""
        return self.context

    def in_workers(self, folder: Path) -> Callable[..., ssl.SSLContext]:
        """Return a factory for other processes, which read the certificate from this folder."""
        path = folder / "certificate.pem"
        path.write_bytes(self.pem)
        return partial(_read_context, path)


def _read_context(path: Path, *_: Any) -> ssl.SSLContext:
    context = _context()
    context.load_cert_chain(path)
    return context


def made_for(hosts: tuple[str, ...], authority: Path | None) -> Tls:
    """Make a certificate for this machine and `hosts`, with an authority of its own.

    The authority's certificate is written to a file if one is named; both keys stay in memory.
    Raises ConfigError for an invalid host, and for a file that cannot be written or is no
    certificate.
    """
    # On demand, as a mock without TLS does not need the import.
    import trustme

    maker = trustme.CA(organization_name="ringme-mock", organization_unit_name="local authority")
    names = tuple(dict.fromkeys((*_LOCAL, *(one for one in hosts if one not in (*ANYWHERE, "")))))
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
    pem = certificate.private_key_and_cert_chain_pem.bytes()
    return Tls(context, self_made=True, authority=authority, pem=pem)


def read_from(certificate: Path, key: Path) -> Tls:
    """Read a certificate and its key. Raises ConfigError if they cannot be used."""
    pem = b""
    for path in (key, certificate):
        try:
            pem += path.read_bytes() + b"\n"
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
    return Tls(context, self_made=False, pem=pem)


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
    """Write the file, unless it exists and is anything but a certificate."""
    try:
        before = path.read_text("ascii", "replace") if path.exists() else _BEGIN
        if not before.startswith(_BEGIN) or _SECRET in before:
            raise ConfigError(f"{path}: is not a certificate; name another file")
        path.write_bytes(content)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
