"""Who may do what: every operation of the document by every kind of user and application."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from support.operations import DOCUMENT, OPERATIONS, Operation, Outcome, each_operation, outcome
from support.server import LOGIN_CALL_API, TRUSTED, TRUSTED_CALL_API, Api, RunningMock

CLIENT, GROUP, NUMBER = "client", "extension_group", "extension"


@dataclass(frozen=True)
class Identity:
    """A user, the sections that are open to it, and the number that it asks for.

    All ask for client 12 and group 3 (Sales). Number 31 is in that group, 30 is in none.
    """

    name: str
    login: str
    sections: tuple[str, ...]
    extension: int = 31
    read_only: bool = False

    def expects(self, operation: Operation) -> Outcome:
        """What contract section 3 says of this user and an operation."""
        if self.read_only and operation.method != "GET":
            return 403, "user_access_type_deny"
        if operation.section not in ("user", *self.sections):
            return 403, "access_denied"
        return operation.success, None


IDENTITIES = (
    Identity("client", "client-admin", (CLIENT, GROUP, NUMBER)),
    Identity("client, read-only", "client-reader", (CLIENT, GROUP, NUMBER), read_only=True),
    Identity("other client", "other-admin", ()),
    Identity("group", "sales-lead", (GROUP, NUMBER)),
    Identity("group, read-only", "sales-viewer", (GROUP, NUMBER), read_only=True),
    Identity("sibling group", "support-lead", ()),
    Identity("group of other client", "other-lead", ()),
    Identity("number", "petrov-phone", (NUMBER,), extension=30),
    Identity("number, read-only", "sidorov-phone", (NUMBER,), extension=28, read_only=True),
    Identity("other number", "petrov-phone", ()),
)


@pytest.mark.rule("user-types", "access", "error-access-denied", "error-user-access")
@pytest.mark.parametrize("identity", IDENTITIES, ids=[one.name for one in IDENTITIES])
@each_operation
def test_who_may_do_what(mock: RunningMock, operation: Operation, identity: Identity) -> None:
    response = operation.send(
        mock.as_user(identity.login), {"client_id": 12, "extension_id": identity.extension}
    )
    assert outcome(response) == identity.expects(operation)


@pytest.mark.rule("error-access-denied")
@pytest.mark.parametrize("login", ["sales-lead", "petrov-phone"])
@pytest.mark.parametrize("client", ["@me", 12, 13])
def test_the_client_section_is_closed_to_users_of_groups_and_numbers_however_it_is_named(
    mock: RunningMock, login: str, client: object
) -> None:
    response = mock.as_user(login).get(f"/client/{client}/extension_group/")
    assert outcome(response) == (403, "access_denied")


@pytest.mark.rule("error-app-access")
@pytest.mark.parametrize("login", [None, "client-admin"], ids=["trusted", "password_credentials"])
@each_operation
def test_a_call_api_application_may_do_all_but_change_groups_numbers_and_users(
    mock: RunningMock, operation: Operation, login: str | None
) -> None:
    application = LOGIN_CALL_API if login else TRUSTED_CALL_API
    api = Api(mock, mock.token(login, application)["access_token"])
    denied = (403, "app_access_type_deny")
    expected = denied if operation.changes_configuration else (operation.success, None)
    assert outcome(operation.send(api)) == expected


@pytest.mark.rule("error-app-access")
@each_operation
def test_an_application_of_level_all_may_do_everything(
    mock: RunningMock, operation: Operation
) -> None:
    assert outcome(operation.send(mock.as_application(TRUSTED))) == (operation.success, None)


@pytest.mark.rule("error-app-access")
def test_the_document_names_the_operations_that_a_call_api_application_is_denied() -> None:
    rule = next(one for one in DOCUMENT["x-rules"] if one["id"] == "error-app-access")
    denied = [operation.id for operation in OPERATIONS if operation.changes_configuration]
    assert rule["operations"] == denied


@pytest.mark.rule("error-app-access", "group-user-scope")
def test_a_group_user_deletes_recorded_items_even_through_a_call_api_application(
    mock: RunningMock,
) -> None:
    api = mock.as_user("sales-lead", LOGIN_CALL_API)
    record = "/extension_group/3/record/31-25E671FDA004FEECDD5DD5F8C1DD4588"
    assert api.delete(record).status_code == 204


@pytest.mark.rule("error-user-access")
def test_a_trusted_application_of_a_read_only_user_may_only_read(mock: RunningMock) -> None:
    api = mock.as_application("c1200000000000000000000000000005")
    assert api.get("/client/@me/extension_group/").status_code == 200
    refused = api.post("/client/@me/extension_group/", {"name": "Partners"})
    assert outcome(refused) == (403, "user_access_type_deny")
