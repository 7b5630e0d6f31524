"""The grants of the token endpoint, and the user of a token."""

from __future__ import annotations

from ringme_contract.caller import Caller
from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.factories import Item
from ringme_contract.scenarios.users import NEEDS, User, expect_error, expect_token, expect_works
from ringme_contract.scenarios.views import USERS_OF_TARGET, own_id
from ringme_contract.target import Identity

_OWNERS = ("dealer_id", "client_id", "extension_group_id", "extension_id")
_KEYS = ("admin", "extra_params", "access", "timezone", "login", "id", *_OWNERS)
_TRUSTED = ("client", "call_api", "client_read_only", "other_client")


@check("client-credentials", writes=False, smoke=True)
def an_application_gets_a_token_for_its_owner(kit: CheckContext) -> None:
    """30 letters and digits, Bearer, an hour, a scope, no refresh token; always the same user."""
    seen: set[str] = set()
    known = (kit.target.identities[name] for name in _TRUSTED if name in kit.target.identities)
    trusted = [one for one in known if is_trusted(one)]
    kit.need(trusted, "no identity uses the grant client_credentials")
    for one in trusted:
        users = []
        for _ in range(2):
            response = kit.request_token(**one.parameters)
            scope = "call_api" if one.name == "call_api" else "all"
            expect_token(kit, response, scope, refreshes=False)
            token = expect_works(kit, response)
            kit.expect_true("no token is issued twice", token not in seen)
            seen.add(token)
            users.append(Caller(kit, one.name, token).read(kit.me))
        kit.expect_equal(f"the user of {one.name} the second time", users[1], users[0])
        access = "read_only" if one.name == "client_read_only" else "full"
        kit.expect_equal(f"the access of {one.name}", users[0]["access"], access)


def is_trusted(identity: Identity) -> bool:
    """True if it gets tokens without a user's login."""
    return identity.parameters.get("grant_type") == "client_credentials"


@check("password", needs=NEEDS, isolated=True, smoke=True)
def a_user_logs_in_by_name_and_password(kit: CheckContext) -> None:
    """Each login gives new tokens of that user; earlier ones stay valid."""
    first, second = User(kit), User(kit)
    sessions = [user.log_in() for user in (first, second, first)]
    tokens = {token for one in sessions for token in (one.token, one.refresh)}
    kit.expect_equal("number of different tokens of three logins", len(tokens), 6)
    for session in sessions:
        expect_token(kit, session.response)
        session.expect_good()


@check("password", needs=NEEDS, isolated=True)
def the_scope_is_what_the_application_may_do(kit: CheckContext) -> None:
    """After a login and after its refresh, through each application that logs in users."""
    user, words = User(kit), {"all": "access_denied", "call_api": "app_access_type_deny"}
    for name in ("login", "other_login"):
        if name not in kit.target.identities:
            continue
        session = user.log_in(name)
        for response in (session.response, session.request_refresh()):
            found = kit.expect(response, 200).json()
            caller = Caller(kit, f"user through {name}", found["access_token"])
            refused = caller.post(kit.path("extension_group"), {"name": kit.new_name("group")})
            kit.expect(refused, 403, words[found["scope"]])


@check("password", needs=NEEDS, isolated=True)
def a_changed_password_counts_at_once(kit: CheckContext) -> None:
    """The new one logs in, the old one does not, and updates of the rest keep it."""
    user = User(kit)
    new = f"{user.password}-changed"
    user.change(password=new)
    expect_error(kit, user.request_token(), "invalid_grant")
    expect_works(kit, user.request_token(password=new), user.login)
    others = {name: value for name, value in user.entry.items() if name not in ("id", "login")}
    user.change(**{**others, "email": "new@example.com"})
    expect_works(kit, user.request_token(password=new), user.login)


@check("password", needs=(*NEEDS, "other_client"), isolated=True)
def a_user_of_another_client_does_not_log_in(kit: CheckContext) -> None:
    """The application logs in only users of its own client, even with the right password."""
    user = User(kit, kit.new_group("other_client")["id"], identity="other_client")
    expect_error(kit, user.request_token(), "invalid_grant")


@check("whoami", writes=False, smoke=True)
def exactly_one_owner_is_set(kit: CheckContext) -> None:
    """For each identity of the target: the owner of its type, its access, and no password."""
    owners = {"group": "extension_group_id", "extension": "extension_id"}
    for name in ("call_api", *USERS_OF_TARGET):
        if name not in kit.target.identities:
            continue
        user = kit.caller(name).read(kit.me)
        missing = [one for one in _KEYS if one not in user]
        kit.expect_equal(f"missing keys of {name}", missing, [])
        kind = "group" if "group" in name else name
        found = [one for one in _OWNERS if user[one] is not None]
        kit.expect_equal(f"the owners of {name}", found, [owners.get(kind, "client_id")])
        kit.expect_true(f"{name} is shown without a password", "password" not in user)
        if name != "extension":
            access = "read_only" if name.endswith("read_only") else "full"
            kit.expect_equal(f"the access of {name}", user["access"], access)


@check("whoami", needs=("client", "extension"))
def a_user_of_a_number_is_not_shown_its_group(kit: CheckContext) -> None:
    """While the number is in one."""
    kit.place(own_id(kit, "extension", "extension"), kit.new_group()["id"])
    user = kit.caller("extension").read(kit.me)
    found = [one for one in _OWNERS if user[one] is not None]
    kit.expect_equal("the owners of extension", found, ["extension_id"])


@check("whoami", needs=NEEDS, isolated=True, smoke=True)
def a_new_user_is_shown_as_it_was_made(kit: CheckContext) -> None:
    """Login, access, time zone, free text and group; no other owner than that group."""
    given: Item = {"access": "read_only", "timezone": "Asia/Novosibirsk", "extra_params": "null"}
    for keys in (given, {}):
        user = User(kit, **keys)
        me = user.log_in().me
        owners = {**dict.fromkeys(_OWNERS), "extension_group_id": user.group}
        names = ("id", "login", "access", "timezone", "extra_params")
        shown = {**{name: user.entry[name] for name in names}, **owners, "admin": False}
        kit.expect_properties("the new user as it reads itself", me, shown)


@check("whoami", writes=False)
def the_client_is_that_of_its_groups(kit: CheckContext) -> None:
    """The id of the client is the one that its own groups and numbers have."""
    own = own_id(kit, "client", "client")
    things = [*kit.factory.read("extension_group"), *kit.factory.read("extension")]
    kit.need(things, "the client has neither groups nor numbers")
    clients = {one["client_id"] for one in things}
    kit.expect_equal("the clients of its groups and numbers", clients, {own})
