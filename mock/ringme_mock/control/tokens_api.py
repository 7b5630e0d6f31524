"""Tokens without a login, revocation and expiry of tokens, identities."""

from __future__ import annotations

from itertools import islice

from starlette.responses import Response

from ringme_mock.control.control_context import ControlContext
from ringme_mock.errors import ApiError, invalid
from ringme_mock.store.access import scopes
from ringme_mock.store.identities import find_identity, identities_of
from ringme_mock.store.tokens import Grant

_LENGTH = 30
_SHOWN = 20


async def identities(context: ControlContext) -> Response:
    return context.response([one.as_json() for one in identities_of(context.state.store)])


async def make(context: ControlContext) -> Response:
    """Issue a token for a user or a role. Raises the 404 for an unknown one."""
    store = context.state.store
    wanted = context.body["login"]
    identity = find_identity(store, wanted)
    if identity is None:
        users = store["user"]
        known = ", ".join(one["login"] for one in islice(users.entries(), _SHOWN))
        more = ", ..." if len(users) > _SHOWN else ""
        raise ApiError(404, f"No such user or role: {wanted[:64]}; known: {known}{more}")
    application = identity.application
    if "application" in context.body:
        application = store["application"].get(context.body["application"])
        if application is None:
            raise ApiError(404, "No such application")
    if application is None:
        raise invalid(
            "application: the client of the user has no application; give the"
            " client_id of another one"
        )
    seconds = context.body.get("seconds", 3600)
    token = context.state.tokens.issue(
        Grant(identity.user["id"], application["client_id"]), _LENGTH, seconds
    )
    return context.response(
        {
            "access_token": token,
            "token_type": "Bearer",
            "expires_in": seconds,
            "scope": scopes(application)[0],
            "login": identity.user["login"],
        }
    )


async def revoke(context: ControlContext) -> Response:
    return context.response({"count": context.state.tokens.revoke(_user(context), refresh=True)})


async def expire(context: ControlContext) -> Response:
    """Expire access tokens; refresh tokens stay valid."""
    return context.response({"count": context.state.tokens.revoke(_user(context), refresh=False)})


def _user(context: ControlContext) -> int | None:
    """Return the key of the user in the query; None means all. Raises the 404."""
    if "login" not in context.query:
        return None
    user = context.state.store["user"].by_unique(context.query["login"])
    if user is None:
        raise ApiError(404, f"No such user: {context.query['login'][:64]}")
    key: int = user["id"]
    return key
