"""Compressed responses: properties that the contract kit cannot check."""

from __future__ import annotations

import gzip

import pytest

from ringme_mock.http.compression import accepts_gzip
from support.server import Api, RunningMock


@pytest.mark.parametrize("count", [5, 400])
def test_short_and_long_responses_are_compressed_with_gzip(
    mock: RunningMock, admin: Api, count: int
) -> None:
    """Long bodies are compressed in a thread, concurrently with other requests."""
    for number in range(count):
        admin.post("/client/@me/extension_group/", {"name": "x" * 250, "extra_params": str(number)})
    path, authorization = "/client/@me/extension_group/", {"Authorization": f"Bearer {admin.token}"}
    with mock.http.stream(
        "GET", f"/api/ver1.0{path}", headers={**authorization, "Accept-Encoding": "gzip"}
    ) as response:
        sent = b"".join(response.iter_raw())
    assert response.headers["Content-Encoding"] == "gzip"
    assert len(sent) == int(response.headers["Content-Length"])
    plain = mock.http.get(
        f"/api/ver1.0{path}", headers={**authorization, "Accept-Encoding": "identity"}
    )
    assert gzip.decompress(sent) == plain.content


@pytest.mark.parametrize(
    ("header", "accepted"),
    [
        (b"", False), (b"gzip", True), (b"br, x-gzip", True), (b"gzip;q=1.0", True),
        (b"gzip;q=0.001", True), (b"gzip;q=0.0", False), (b"*", False), (b"gzipped", False),
        (b"identity;q=0, *;q=1", False), (b"deflate , GZip ; Q=0.4", True),
        (b"x" * 1000 + b", gzip", True),
    ],
)  # fmt: skip
def test_accept_encoding_is_parsed(header: bytes, accepted: bool) -> None:
    assert accepts_gzip(header) is accepted


def test_several_accept_encoding_headers_count_as_one_list(mock: RunningMock, admin: Api) -> None:
    headers = [
        ("Authorization", f"Bearer {admin.token}"),
        ("Accept-Encoding", "deflate"),
        ("Accept-Encoding", "gzip"),
    ]
    response = mock.http.get("/api/ver1.0/client/@me/extension/", headers=headers)
    assert response.headers["Content-Encoding"] == "gzip"
