"""Reasons of refusals for journal, page and log, computed on demand and never sent."""

from __future__ import annotations

from ringme_mock.actions.request_context import STORAGE, RequestContext
from ringme_mock.errors import ApiError, NotMocked, TokenRefused
from ringme_mock.http.admission import Admission, why_page_is_refused
from ringme_mock.http.routing import PathTable
from ringme_mock.http.sessions import Sessions
from ringme_spec.collections import CollectionRule

# Texts that programs send if their token is missing.
_NO_TOKENS = ("undefined", "null", "None", "nil", "[object Object]")
_SCHEMES = ("basic", "digest", "token", "apikey", "negotiate")


class RefusalReasons:
    def __init__(self, sessions: Sessions, table: PathTable) -> None:
        self._sessions = sessions
        self._table = table

    def explain(self, request: RequestContext, refusal: ApiError) -> str:
        """Explain a refusal beyond its message; an empty text if the message is enough."""
        if isinstance(refusal, TokenRefused | NotMocked):
            return ""
        if refusal.status == 401:
            return self._explain_token(request)
        if refusal.status == 404 and request.target is None:
            is_file = request.raw_path.startswith(STORAGE)
            return "" if is_file else self._table.explain(request.raw_path)
        if refusal.status == 404:
            return _explain_entry(request)
        return _explain_reach(request) if refusal.code == "access_denied" else ""

    def _explain_token(self, request: RequestContext) -> str:
        given = request.header(b"authorization").strip()
        scheme, _, token = given.partition(" ")
        token = token.strip()
        if not given:
            return "there is no Authorization header"
        if scheme.lower() != "bearer":
            # The first word may be the token itself, which is secret.
            other = f" {scheme}" if scheme.lower() in _SCHEMES else ""
            return f"the Authorization header has another scheme{other}; it must be: Bearer TOKEN"
        if not token:
            return "the Authorization header has no token"
        if token in _NO_TOKENS:
            return f"the token is the text {token}"
        own = request.session
        found = own.state.tokens.explain(token)
        if found:
            return found
        for other_one in self._sessions.known():
            if other_one is not own and other_one.state.tokens.find(token) is not None:
                return (
                    f"the token belongs to session {other_one.name}, the request to session"
                    f" {own.name}"
                )
        return (
            "the token is unknown: it was issued before a restart of the mock, or not by this mock"
        )


def explain_page(request: RequestContext, admission: Admission) -> str:
    """Explain why the browser withholds the response from the page, or return an empty text."""
    origin = request.header(b"origin")
    own = f"{request.scope['scheme']}://{request.header(b'host')}"
    if origin == own or admission.allows_page(origin):
        return ""
    return why_page_is_refused(origin)


def _explain_entry(request: RequestContext) -> str:
    """Find the first entry of the path that is missing or belongs elsewhere."""
    operation = request.target
    resolved = getattr(request, "owners", None)
    if operation is None or resolved is None:
        return ""
    store = request.session.state.store
    pairs = zip(operation.entry_parameters, operation.path_collections, strict=True)
    for parameter, rule in pairs:
        key = request.parameters.get(parameter.name)
        if rule.name in resolved or key is None:
            continue
        if request.item is not None:
            return ""
        key = int(key) if parameter.me is not None and str(key).isdecimal() else key
        entry = store.get(rule.name, key, request.files_url)
        if entry is None:
            return f"there is no {rule.name} {key}"
        return f"{rule.name} {key} exists, {_elsewhere(request, rule, entry)}"
    return ""


def _elsewhere(request: RequestContext, rule: CollectionRule, entry: dict[str, object]) -> str:
    store = request.session.state.store
    for owner, owning in request.owners.items():
        wanted = owning[store[owner].rule.key]
        link = rule.owner_property(owner)
        found = entry.get(link) if link else store.owner_key(rule.name, entry, owner)
        if found != wanted:
            return f"but belongs to {owner} {found}, not {wanted}"
    return "but this path does not cover entries of its kind"


def _explain_reach(request: RequestContext) -> str:
    if request.caller is None:
        return ""
    collection, key = request.caller.realm
    return f"{request.caller.user['login']} can only access what belongs to {collection} {key}"
