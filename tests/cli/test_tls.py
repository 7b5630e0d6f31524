"""`serve --tls`: certificates, and the URLs of the mock."""

from __future__ import annotations

import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

from cli.command import Command, printed_commands, run_in_shell, serving
from ringme_mock.server.tls import made_for, read_from
from ringme_spec.errors import ConfigError

STORAGE = "/api/ver1.0/client/@me/record/{}/storage_url/"
RECORDS = (
    "/api/ver1.0/client/@me/record/"
    "?start_datetime=2016-04-01 00:00:00&end_datetime=2016-04-21 23:59:59"
)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("tls") / "ca with a space.pem"


@pytest.fixture(scope="module")
def mock(authority: Path) -> Iterator[Command]:
    with serving("--tls", "--tls-ca", str(authority)) as command:
        yield command


@pytest.fixture
def client(mock: Command, authority: Path) -> Iterator[httpx.Client]:
    """Return a client that trusts only the authority."""
    trusting = ssl.create_default_context(cafile=str(authority))
    with httpx.Client(base_url=mock.url, verify=trusting, trust_env=False) as found:
        yield found


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
def test_client_that_trusts_the_authority_can_connect(
    host: str, mock: Command, client: httpx.Client
) -> None:
    assert mock.url.startswith("https://127.0.0.1:")
    response = client.get(mock.url.replace("127.0.0.1", host) + "/openapi.json")
    assert response.status_code == 200


def test_client_that_does_not_trust_the_authority_cannot_connect(mock: Command) -> None:
    with pytest.raises(httpx.ConnectError, match="CERTIFICATE_VERIFY_FAILED"):
        httpx.get(f"{mock.url}/openapi.json", trust_env=False)


def test_printed_commands_name_the_authority_file_and_work(mock: Command, authority: Path) -> None:
    commands = printed_commands(mock)
    assert str(authority) in commands
    assert [group["id"] for group in run_in_shell(commands)] == [3, 5, 8, 9]


def test_generated_urls_are_https(mock: Command, client: httpx.Client) -> None:
    token = client.post("/__mock__/tokens", json={"login": "client-admin"}).json()
    headers = {"Authorization": f"Bearer {token['access_token']}"}
    record = client.get(RECORDS, headers=headers).json()[0]
    url = client.get(STORAGE.format(record["record_uuid"]), headers=headers).json()["record_url"]
    assert url.startswith(mock.url)
    assert len(client.get(url).content) == record["record_file_size"]


def test_authority_file_has_one_certificate_and_no_private_key(
    mock: Command, authority: Path
) -> None:
    assert mock.url
    content = authority.read_text("ascii")
    assert content.count("BEGIN CERTIFICATE") == 1
    assert "PRIVATE KEY" not in content


def test_certificate_is_valid_for_the_host_option(tmp_path: Path) -> None:
    authority = tmp_path / "ca.pem"
    with serving("--tls-ca", str(authority), "--host", "127.0.0.2") as command:
        trusting = ssl.create_default_context(cafile=str(authority))
        response = httpx.get(f"{command.url}/openapi.json", verify=trusting, trust_env=False)
        assert command.url.startswith("https://127.0.0.2:")
        assert response.status_code == 200


def test_printed_commands_work_without_an_authority_file() -> None:
    with serving(RINGME_MOCK_TLS="1") as command:
        assert "--tls-ca FILE" in " ".join(command.out)
        assert run_in_shell(printed_commands(command))


@pytest.fixture
def pem(tmp_path: Path) -> tuple[Path, Path]:
    """Return a certificate that the mock did not create, and its key."""
    certificate = trustme.CA().issue_cert("localhost", "127.0.0.1")
    paths = tmp_path / "own.pem", tmp_path / "own.key"
    certificate.cert_chain_pems[0].write_to_path(paths[0])
    certificate.private_key_pem.write_to_path(paths[1])
    return paths


def test_given_certificate_is_served(pem: tuple[Path, Path]) -> None:
    certificate, key = pem
    with serving("--tls-certificate", str(certificate), "--tls-key", str(key)) as command:
        served = ssl.get_server_certificate(command.address)
    assert served.split() == certificate.read_text("ascii").split()


def test_invalid_or_mismatched_certificate_and_key_are_refused(
    pem: tuple[Path, Path], tmp_path: Path
) -> None:
    certificate, key = pem
    other = tmp_path / "other.key"
    trustme.CA().issue_cert("localhost").private_key_pem.write_to_path(other)
    encrypted = tmp_path / "encrypted.key"
    encrypted.write_bytes(
        load_pem_private_key(key.read_bytes(), None).private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"password")
        )
    )
    text = tmp_path / "text.pem"
    text.write_text("no certificate\n")
    for pair, words in (
        ((certificate, tmp_path / "gone.key"), ["gone.key", "No such file"]),
        ((certificate, other), ["own.pem", "other.key", "mismatch"]),
        ((certificate, encrypted), ["encrypted.key", "decrypt"]),
        ((text, key), ["text.pem", "PEM"]),
    ):
        with pytest.raises(ConfigError) as refused:
            read_from(*pair)
        for word in words:
            assert word in str(refused.value)


@pytest.mark.parametrize("kind", ["text", "key"])
def test_authority_file_with_other_content_is_not_overwritten(
    kind: str, pem: tuple[Path, Path], tmp_path: Path
) -> None:
    path = tmp_path / "kept.pem"
    content = "mine\n" if kind == "text" else pem[0].read_text() + pem[1].read_text()
    path.write_text(content)
    with pytest.raises(ConfigError, match=r"kept\.pem"):
        made_for(("127.0.0.1",), path)
    assert path.read_text() == content
