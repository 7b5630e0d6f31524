"""Basics: the place of the API, forms of paths, methods and codes."""

from __future__ import annotations

from urllib.parse import quote

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.operation_paths import forms
from ringme_contract.scenarios.views import own_id

_JSON = {"Content-Type": "application/json"}


@check("base", writes=False, smoke=True)
def the_api_and_the_token_endpoint_are_where_they_should_be(kit: CheckContext) -> None:
    """The API below its base, the token endpoint at the root and nowhere else."""
    kit.expect(kit.client.get(kit.me), 200)
    kit.expect(kit.request_token(**kit.target.identities["client"].parameters), 200)
    below = kit.anonymous.request(
        "POST", kit.base + kit.token_path, data={"grant_type": "password"}
    )
    kit.expect(below, 404)


@check("slash", isolated=True, smoke=True)
def writes_work_in_every_form_of_the_path(kit: CheckContext) -> None:
    """Create, change and delete a group, and get a token, each with and without slashes."""
    client = kit.client
    for path in forms(kit.base, kit.path("extension_group")):
        response = client.post(path, {"name": kit.new_name("group")})
        group = kit.expect(response, 201).json()["id"]
        item = forms(kit.base, kit.path("extension_group", group))
        for number, form in enumerate(item):
            changed = kit.expect(client.put(form, {"extra_params": str(number)}), 200)
            kit.expect_equal(
                f"extra_params after PUT {form}", changed.json()["extra_params"], str(number)
            )
        form = item[forms(kit.base, kit.path("extension_group")).index(path)]
        kit.expect(client.delete(form), 204)
        kit.expect(client.get(kit.path("extension_group", group)), 404, "extension_group_not_found")
    for path in (kit.token_path, f"{kit.token_path}/", kit.token_path.replace("/", "//")[1:]):
        parameters = kit.target.identities["client"].parameters
        kit.expect(kit.anonymous.request("POST", path, data=parameters), 200)


@check("me", needs=("client", "other_client"), isolated=True, smoke=True)
def at_me_is_the_client_of_whoever_asks(kit: CheckContext) -> None:
    """A group made through one form is there through the others, and not at another's @me."""
    client, other = kit.client, kit.caller("other_client")
    own, me = own_id(kit, "client", "client"), kit.roles.own_client
    for form in (me, quote(me), str(own)):
        path = kit.path("extension_group", client=form)
        made = kit.expect(client.post(path, {"name": kit.new_name("group")}), 201)
        group = made.json()
        kit.expect_equal(f"the client of a group made at {form}", group["client_id"], own)
        for reader in (me, quote(me), str(own)):
            at = kit.path("extension_group", client=reader)
            kit.expect_equal(f"{at}{group['id']}", client.read(f"{at}{group['id']}"), group)
            kit.expect_true(f"{at} lists the group", group in client.read(at))
        for reader in (me, quote(me)):
            at = kit.path("extension_group", client=reader)
            kit.expect(other.get(f"{at}{group['id']}"), 404, "extension_group_not_found")
            kit.expect_true(f"{at} of another client lacks the group", group not in other.read(at))


@check("me", needs=("client", "login"), isolated=True)
def at_me_of_a_group_user_is_its_client(kit: CheckContext) -> None:
    """So that the client section is closed to it, and not missing."""
    user, password = kit.new_group_user(kit.new_group()["id"])
    caller = kit.log_in("new group user", user["login"], password)
    me = kit.roles.own_client
    for form in (me, quote(me), own_id(kit, "client", "client")):
        kit.expect(caller.get(kit.path("extension_group", client=form)), 403, "access_denied")


@check("codes", deletes_recorded_items=True, isolated=True)
def deleting_a_range_has_the_code_of_a_delete(kit: CheckContext) -> None:
    """204 with nothing in it, for the ranges of a group that has no items."""
    group = kit.new_group()["id"]
    for name in ("record", "voicemail"):
        if name not in kit.target.off:
            path = kit.path(name, extension_group=group)
            response = kit.client.delete(path, **kit.range_query)
            kit.expect(response, 204)
            kit.expect_equal(f"the body of the response to DELETE {path}", response.content, b"")
