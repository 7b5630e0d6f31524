"""Compression of responses to requests that accept it, and of no others."""

from __future__ import annotations

from collections.abc import Iterator

import httpx

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.lists import list_path, lists_with

# The number of lists that are read with every header; the others are read with one.
_THOROUGH = 2
# The smallest body, in bytes, that is compressed.
_SHORTEST = 1024
_ASKED = ("gzip", "gzip;q=0.5, identity;q=0.1", "br;q=0, GZIP, deflate")
_NOT_ASKED = ("identity", "gzip;q=0", "gzip; q=0.000, *", "*", "deflate")


def _get(kit: CheckContext, path: str, accepted: str, **query: str) -> httpx.Response:
    headers = {"Accept-Encoding": accepted}
    response = kit.client.request("GET", path, params=query, headers=headers)
    return kit.expect(response, 200)


def _is_compressed(response: httpx.Response) -> bool:
    return response.headers.get("Content-Encoding", "identity").lower() in ("gzip", "x-gzip")


def _long_lists(kit: CheckContext) -> Iterator[tuple[str, dict[str, str], str]]:
    """Lists of the client that are long enough: path, query, and uncompressed text."""
    for operation in lists_with(kit, owner="client"):
        path, query = list_path(operation), kit.range_query if operation.ranged else {}
        plain = _get(kit, path, "identity", **query)
        if len(plain.content) >= _SHORTEST:
            yield path, query, plain.text


@check("gzip", writes=False, smoke=True)
def a_long_list_is_compressed_for_who_asks(kit: CheckContext) -> None:
    """The same JSON either way, and Vary on both.

    HEAD need not tell: a header that depends on the content may be missing (RFC 9110, 9.3.2).
    """
    tried = 0
    for path, query, text in _long_lists(kit):
        for accepted in (*_ASKED, *_NOT_ASKED) if tried < _THOROUGH else _ASKED[:1]:
            response = _get(kit, path, accepted, **query)
            vary = response.headers.get("Vary", "").lower().replace(" ", "").split(",")
            kit.expect_equal(f"{path} with {accepted}", response.text, text)
            asked = accepted in _ASKED
            what = f"{path} with Accept-Encoding {accepted} is compressed"
            kit.expect_equal(what, _is_compressed(response), asked)
            kit.expect_true(f"Vary of {path} names it", "accept-encoding" in vary, vary)
        tried += 1
    kit.need(tried, f"no list of the client has {_SHORTEST} bytes")


@check("gzip")
def a_response_just_long_enough_is_compressed(kit: CheckContext) -> None:
    """A group whose text makes its JSON exactly long enough; it has fewer characters than bytes."""
    text = "я" * 99
    path = kit.path("extension_group", kit.new_group(extra_params=text)["id"])
    missing = _SHORTEST - len(_get(kit, path, "identity").content)
    kit.client.put(path, {"extra_params": text + "x" * missing})
    length = len(_get(kit, path, "identity").content)
    kit.need(length == _SHORTEST, f"the group has {length} bytes instead of {_SHORTEST}")
    what = f"a response of {_SHORTEST} bytes is compressed"
    kit.expect_equal(what, _is_compressed(_get(kit, path, "gzip")), True)
    body = {"name": kit.new_name("group"), "extra_params": "x" * _SHORTEST}
    made = kit.client.request(
        "POST", kit.path("extension_group"), json=body, headers={"Accept-Encoding": "gzip"}
    )
    kit.expect_equal("a long 201 is compressed", _is_compressed(kit.expect(made, 201)), True)


@check("gzip", writes=False)
def files_and_short_responses_are_plain(kit: CheckContext) -> None:
    """The current user, and a file of each kind."""
    kit.expect_equal("whoami is compressed", _is_compressed(_get(kit, kit.me, "gzip")), False)
    for operation in kit.secured_operations:
        if operation.action != "download" or operation.section != "extension_group":
            continue
        path = operation.fill(kit.factory.to_read(operation))
        what = f"{operation.id} is compressed"
        kit.expect_equal(what, _is_compressed(_get(kit, path, "gzip")), False)
