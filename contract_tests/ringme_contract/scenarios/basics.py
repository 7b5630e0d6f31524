"""Basics: the location of the API, forms of paths, methods and status codes."""

from __future__ import annotations

from urllib.parse import quote

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.operation_paths import fill, forms
from ringme_contract.lists import lists_with
from ringme_contract.scenarios.users import User
from ringme_contract.scenarios.views import own_id

_NEARLY_ME = ("@ME", "@Me", "me", "@m", "@me2", "@", "*")


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
    for number, path in enumerate(forms(kit.base, kit.path("extension_group"))):
        made = client.post(path, {"name": kit.new_name("group")})
        key = kit.expect(made, 201).json()["id"]
        item = forms(kit.base, kit.path("extension_group", key))
        for form in item:
            changed = kit.expect(client.put(form, {"extra_params": form}), 200).json()
            kit.expect_equal(f"extra_params after PUT {form}", changed["extra_params"], form)
        kit.expect(client.delete(item[number]), 204)
        kit.expect(client.get(item[0]), 404, "extension_group_not_found")
    for path in (kit.token_path, f"{kit.token_path}/", kit.token_path.replace("/", "//")[1:]):
        parameters = kit.target.identities["client"].parameters
        kit.expect(kit.anonymous.request("POST", path, data=parameters), 200)


@check("me", needs=("client", "other_client"), isolated=True, smoke=True)
def at_me_is_the_client_of_whoever_asks(kit: CheckContext) -> None:
    """A group created through one form is there through the others, not at another client's @me."""
    client, other = kit.client, kit.caller("other_client")
    own, me = own_id(kit, "client", "client"), kit.roles.own_client
    lists = [kit.path("extension_group", client=form) for form in (me, quote(me), own)]
    for path in lists:
        made = kit.expect(client.post(path, {"name": kit.new_name("group")}), 201)
        group = made.json()
        kit.expect_equal(f"the client of a group created at {path}", group["client_id"], own)
        for at in lists:
            kit.expect_equal(f"{at}{group['id']}", client.read(f"{at}{group['id']}"), group)
            kit.expect_true(f"{at} lists the group", group in client.read(at))
        for at in lists[:2]:
            kit.expect(other.get(f"{at}{group['id']}"), 404, "extension_group_not_found")
            kit.expect_true(f"{at} of another client lacks the group", group not in other.read(at))


@check("me", needs=("client", "login"), isolated=True)
def at_me_of_a_group_user_is_its_client(kit: CheckContext) -> None:
    """The client section is forbidden to it, not missing."""
    caller, me = User(kit).log_in().caller, kit.roles.own_client
    for form in (me, quote(me), own_id(kit, "client", "client")):
        kit.expect(caller.get(kit.path("extension_group", client=form)), 403, "access_denied")


@check("me", writes=False)
def what_is_nearly_at_me_is_no_client(kit: CheckContext) -> None:
    """Other letters, more or fewer of them, and the client's id with zeros before it."""
    own = own_id(kit, "client", "client")
    for operation in lists_with(kit, owner="client"):
        for wrong in (*_NEARLY_ME, f"0{own}", f"+{own}", f"{own}.0"):
            response = kit.client.get(fill(operation, {"client": wrong}))
            if response.status_code != 404:
                kit.expect(response, 400)
