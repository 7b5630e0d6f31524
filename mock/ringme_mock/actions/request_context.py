"""Request context: a request, and everything that is known about it."""

from __future__ import annotations

import re
import time
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv6Address
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, unquote

from starlette.types import Receive, Scope

from ringme_mock.actions.response import JSON, Reply, View, json_reply
from ringme_mock.errors import ApiError
from ringme_mock.json_bytes import write_json
from ringme_mock.store.access import Caller
from ringme_mock.store.collection import Collection, Entry, Key
from ringme_mock.store.rate_limits import Allowance, Counted
from ringme_mock.store.state import State
from ringme_spec.operations import Operation

if TYPE_CHECKING:
    from ringme_mock.actions.entries import EntryDefaults
    from ringme_mock.http.parameters import QueryValues
    from ringme_mock.http.sessions import Session

# Bytes of a body that are kept for the journal.
BODY_LIMIT = 16_384
# Path below which the files of entries are.
STORAGE = "/storage/"
# Number and length of the Authorization headers whose tokens are cached.
_MOST_KEPT = 1000
_LONGEST_KEPT = 500
_SCOPE_KEY = "ringme_mock.request"
_HOST = re.compile(r"(?:[A-Za-z0-9._-]+|\[([0-9A-Fa-f:]+)\])(?::[0-9]{1,5})?")


class RequestContext:
    """Request with what each layer finds out: routing sets `target`, security `caller`, and so on.

    `prefix` is the part of the path that chose the session, after that of the public URL. `path` is
    the rest, `raw_path` the same before decoding, for routing. `origin` is that of the public URL,
    if there is one. `headers` are by lower-case name; repeated headers have their first value.
    `allowance` None means a response without limit headers. `detail` adds to `refusal` what only
    the journal says. `fault` names the injected fault, `connection` its damage. `counted` is set if
    other processes know that the request counts. A request that counts together with its command
    has an `expected` caller, with the position of the log at which the caller was found. `body` is
    the beginning of the body, which has `size` bytes.

    An action has valid parameters and body, and the entries of its path. `parameters` and
    `query_values` hold values by parameter name, `sent` is the JSON object of the body. `owners`
    are entries by collection, outermost first; `owner` is collection and key of the innermost one.
    `item` is the entry that the path ends at, if any.
    """

    session: Session
    origin: str = ""
    prefix: str = ""
    target: Operation | None = None
    path_values: Sequence[str] = ()
    caller: Caller | None = None
    allowance: Allowance | None = None
    refusal: ApiError | None = None
    detail: str = ""
    fault: str | None = None
    connection: str | None = None
    applied_preferences: str = ""
    counted: Counted | None = None
    expected: tuple[Caller, int] | None = None
    body: bytes = b""
    size: int = 0

    state: State
    operation: Operation
    view: View | None
    defaults: EntryDefaults
    parameters: dict[str, Any]
    query_values: QueryValues
    sent: dict[str, Any]
    owners: dict[str, Entry]
    owner: tuple[str, Key] | None = None
    item: Entry | None = None

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self.scope = scope
        self.receive_part = receive
        self.headers: dict[bytes, bytes] = dict(scope["headers"][::-1])
        self.method: str = scope["method"]
        self.path: str = scope["path"]
        self.query: bytes = scope["query_string"]
        self.at = time.time()
        self.raw_path = raw_path = (scope.get("raw_path") or b"").decode("latin-1")
        # Routing needs escaped slashes within segments. The raw path is rebuilt if the server does
        # not pass it, or a middleware changed only the decoded path.
        if (unquote(raw_path) if "%" in raw_path else raw_path) != self.path:
            self.raw_path = quote(self.path, safe="/!$&'()*+,:;=@~")

    @property
    def base_url(self) -> str:
        """URL of the session for clients: from the public URL, a valid Host, or the server."""
        if self.origin:
            return f"{self.origin}{self.prefix}"
        host = self.header(b"host")
        if not _is_host(host):
            name, port = self.scope.get("server") or ("127.0.0.1", None)
            name = f"[{name}]" if ":" in name else name
            host = f"{name}:{port}" if port else name
        return f"{self.scope['scheme']}://{host}{self.prefix}"

    @property
    def files_url(self) -> str:
        return f"{self.base_url}{STORAGE}"

    @property
    def bearer_token(self) -> str | None:
        """Token of the Authorization header; None without one, or with another scheme."""
        given = self.headers.get(b"authorization", b"")
        return _bearer_token(given) if len(given) > _LONGEST_KEPT else _kept_token(given)

    def header(self, name: bytes) -> str:
        """Return a header of the request, or an empty text."""
        return self.headers.get(name, b"").decode("latin-1")

    async def receive(self) -> Any:
        """Receive the next message, and keep the beginning of the body for the journal."""
        message = await self.receive_part()
        self.keep(message.get("body", b""))
        return message

    def keep(self, content: bytes) -> None:
        self.size += len(content)
        self.body += content[: BODY_LIMIT - len(self.body)]

    # For actions.

    @property
    def collection(self) -> Collection:
        return self.state.store[self.operation.collection.name]

    @property
    def entry(self) -> Entry:
        """Entry that the path ends at. Raises LookupError if it ends at none."""
        if self.item is None:
            raise LookupError(f"the path of {self.operation.id} ends at no entry")
        return self.item

    @property
    def user(self) -> Entry:
        """User of the token. Raises LookupError for an open operation."""
        if self.caller is None:
            raise LookupError(f"{self.operation.id} is open to all")
        return self.caller.user

    def show(self, entry: Entry) -> Reply:
        """Make the success response with an entry, in the properties that the document shows."""
        return Reply(self.operation.status, write_json(self.shown((entry,))[0]), JSON)

    def show_all(self, entries: Iterable[Entry]) -> Reply:
        return Reply(self.operation.status, write_json(self.shown(entries)), JSON)

    def shown(self, entries: Iterable[Entry]) -> list[Entry]:
        return self.view(entries) if self.view else list(entries)

    def reply(self, value: Any = None) -> Reply:
        """Make the success response with a JSON value, or without a body."""
        if value is None:
            return Reply(self.operation.status)
        return json_reply(self.operation.status, value)


def _bearer_token(header: bytes) -> str | None:
    scheme, _, token = header.partition(b" ")
    return token.strip().decode("latin-1") if scheme.lower() == b"bearer" else None


_kept_token = lru_cache(_MOST_KEPT)(_bearer_token)


def _is_host(text: str) -> bool:
    match = _HOST.fullmatch(text)
    try:
        return match is not None and (match[1] is None or bool(IPv6Address(match[1])))
    except ValueError:
        return False


def attach(scope: Scope, request: RequestContext) -> None:
    scope[_SCOPE_KEY] = request


def context_of(scope: Any) -> RequestContext:
    request: RequestContext = scope[_SCOPE_KEY]
    return request
