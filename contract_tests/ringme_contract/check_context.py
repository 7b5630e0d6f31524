"""The context of a check: callers, test data, and ways to say what was found."""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from itertools import count
from typing import Any, TypeVar

import httpx

from ringme_contract.assertions import Assertions, request_line
from ringme_contract.caller import Caller
from ringme_contract.check import can_be_created
from ringme_contract.entries.factories import RANGE, Factory
from ringme_contract.entries.lending import Lending
from ringme_contract.entries.made_entries import RunRecord
from ringme_contract.entries.operation_paths import Paths
from ringme_contract.entries.removal import REMOVED, Removal
from ringme_contract.entries.write_guard import WriteGuard
from ringme_contract.http.no_response import Unreachable
from ringme_contract.http.transport import Transport
from ringme_contract.profiles import PROFILES, Profile
from ringme_contract.recording import Exchange
from ringme_contract.roles import Roles
from ringme_contract.target import Target
from ringme_contract.verdict import Failure, NotOffered, NotReached, breakdown
from ringme_spec.contract import Contract
from ringme_spec.operations import Operation
from ringme_spec.path_templates import PathTemplates

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


class CheckContext(Assertions):
    """One run against one target, as its checks see it.

    Everything that a check creates carries the prefix of the run and is removed at the end of
    the check, last made first, whatever the check came to. `record` is of all checks of the run.
    """

    def __init__(
        self, target: Target, contract: Contract, transport: Transport, seed: int = 0
    ) -> None:
        self.target = target
        self.contract = contract
        super().__init__(transport)
        self.seed = seed
        self.prefix = self.run_id = f"contract-{random.Random().randrange(16**6):06x}"
        self.record = RunRecord()
        self.operations = [
            one for one in contract.operations.values() if self.reason_against(one) is None
        ]
        self.left_behind: list[str] = []
        self.roles = Roles(contract)
        self.path = Paths(self.operations)
        self.base = self.path.base
        self.me = self.path.only("current")
        self.token_path = self.path.only("token")
        self.templates = PathTemplates(contract.operations.values(), by_route=False)
        self._tokens: dict[str, str] = {}
        self.lock = threading.Lock()
        self._logging_in = threading.Lock()
        self.names = count(1)
        # Bare numbers that no other check that runs beside may take.
        self.reserved: set[str] = set()
        self._begin("")

    def for_check(self, name: str) -> CheckContext:
        """The same run, with random numbers, test data and clean-up of a check's own."""
        context = copy.copy(self)
        # What others make beside it is found by another prefix.
        context.run_id = f"{self.run_id}-{next(self.names)}"
        context._begin(name)
        return context

    def _begin(self, name: str) -> None:
        self.random = random.Random(f"{self.seed} {name}")
        self._undo: list[Callable[[], object]] = []
        self.anonymous = Caller(self, "anonymous", None)
        self.factory = Factory(self)
        self.new_name = self.factory.new_name
        self.new_group = self.factory.new_group
        self.new_extension = self.factory.new_extension
        self.new_group_user = self.factory.new_group_user
        self.free_number = self.factory.free_number
        self.lending = Lending(self)
        self.place = self.lending.place
        self.guard = WriteGuard(self)
        self._removal = Removal(self, self.guard)

    def offers(self, operation: Operation) -> bool:
        """Nothing that the operation needs is declared to be lacking."""
        return not self.contract.needs(operation) & self.target.off

    @property
    def profile(self) -> Profile:
        return PROFILES[self.target.profile]

    def reason_against(self, operation: Operation) -> str | None:
        """The reason for which no check may make use of an operation; None if they may."""
        if not self.offers(operation):
            return f"the target lacks {operation.id}"
        if (
            operation.action == "update"
            and not can_be_created(self.contract, operation.collection)
            and not self.target.change_existing_entries
        ):
            return f"{operation.id} changes what the run has not made (change_existing_entries)"
        return None

    @property
    def secured_operations(self) -> list[Operation]:
        """The operations that need a token and that the target offers.

        Those are left out that could take what the run has not made, however they are asked.
        """
        return [one for one in self.operations if one.scopes is not None and spares(one)]

    @property
    def range_query(self) -> dict[str, str]:
        """The range of the target, by the names that all ranges of the document have."""
        roles = next((one.roles for one in self.contract.operations.values() if one.ranged), {})
        return {roles[role].name: end for role, end in zip(RANGE, self.target.range, strict=True)}

    # --- callers

    @property
    def client(self) -> Caller:
        return self.caller("client")

    def caller(self, identity: str) -> Caller:
        """The caller in a role of the target, which logs in once."""
        with self._logging_in:
            if identity not in self._tokens:
                if identity not in self.target.identities:
                    raise NotReached(f"the target names no identity {identity}")
                parameters = self.target.identities[identity].parameters
                self._tokens[identity] = str(self._log_in(identity, parameters).token)
            return Caller(self, identity, self._tokens[identity])

    def log_in(self, name: str, username: str, password: str, through: str = "login") -> Caller:
        """A caller for a user that the check made, through an application of the target."""
        person = {"grant_type": "password", "username": username, "password": password}
        return self._log_in(name, {**person, **self.application(through)})

    def application(self, identity: str) -> dict[str, str]:
        """Id and secret of an application of the target. Raises NotOffered if it names none."""
        self.need_offered(
            identity in self.target.identities, f"the target names no identity {identity}"
        )
        return self.target.identities[identity].application

    def request_token(self, **parameters: str) -> httpx.Response:
        # A refresh token is good once; else nothing but one token more comes of sending it twice.
        repeatable = parameters.get("grant_type") != "refresh_token"
        return self.anonymous.request(
            "POST", self.token_path, data=parameters, repeatable=repeatable
        )

    def _log_in(self, name: str, parameters: dict[str, str]) -> Caller:
        response = self.expect(self.request_token(**parameters), 200)
        return Caller(self, name, response.json()["access_token"])

    def own_key(self, identity: str, collection: str) -> Any:
        """The key of the entry that the user of an identity is confined to; None without one."""
        return self.caller(identity).read(self.me)[self.owners[collection]]

    @property
    def owners(self) -> dict[str, str]:
        """The properties of the current user with the keys of its owners, by collection."""
        found: dict[str, str] = self.path.operation("current").resource["owners"]
        return found

    # --- removal

    def undo(self, action: Callable[[], object]) -> None:
        """Has something done after the check, before what was registered earlier."""
        self._undo.append(action)

    def clean_up(self) -> None:
        """Undoes all of the check, and removes what it has made.

        What could not be undone is in `left_behind`, what could not be removed is told by `finish`.
        """
        with self._cleaning():
            while self._undo:
                self._clean(self._undo.pop())
            self._clean(self._removal.after_check)

    def finish(self) -> None:
        """Searches for what the run has left, and names in `left_behind` what cannot be removed."""
        with self._cleaning():
            self._clean(lambda: self.left_behind.extend(self.guard.borrowed.put_all_back()))
            self._clean(lambda: self.left_behind.extend(self._removal.at_end()))

    @contextmanager
    def _cleaning(self) -> Iterator[None]:
        # An interrupted run cleans up as well: only here are requests still sent then.
        with self.transport.cleaning():
            yield
        self.guard.forget()
        self.factory.forget()

    def _clean(self, action: Callable[[], object]) -> None:
        try:
            response = action()
        except (Failure, NotReached, Unreachable) as error:
            self.left_behind.append(str(error))
        except Exception as error:
            self.left_behind.append(breakdown(error))
        else:
            if isinstance(response, httpx.Response) and response.status_code not in REMOVED:
                self.left_behind.append(f"{request_line(response)}: status {response.status_code}")

    # --- side by side

    def map(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
        """The results of a function that sends requests, for items that have no effect on others.

        They go side by side. What comes of it is what would come of one after the other: the first
        item that fails ends it, and nothing is recorded of those behind it.
        """
        chosen, transport = list(items), self.transport
        jobs = min(transport.jobs, len(chosen))
        if jobs <= 1:
            return [function(one) for one in chosen]

        def run(item: _Item) -> tuple[list[Exchange], Future[_Result]]:
            result: Future[_Result] = Future()
            with transport.recording() as exchanges:
                try:
                    result.set_result(function(item))
                except BaseException as error:
                    result.set_exception(error)
            return exchanges, result

        results, pool = [], ThreadPoolExecutor(jobs)
        try:
            for exchanges, done in pool.map(run, chosen):
                transport.exchanges.extend(exchanges)
                results.append(done.result())
        finally:
            pool.shutdown(cancel_futures=True)
        return results

    def at_once(self, requests: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
        """Responses to requests that are under way together. Raises NotOffered if none may be."""
        if self.transport.jobs < 2:
            raise NotOffered("requests to the target go one at a time (jobs)")
        return self.map(lambda send: send(), requests)


def spares(operation: Operation) -> bool:
    """It is not about a range of an owner that no run can make, which may hold anything."""
    return operation.action != "delete_range" or any(
        one.me is None for one in operation.entry_parameters
    )


def configures(operation: Operation) -> bool:
    """It needs the scope `all`, because it changes configuration."""
    return "all" in (operation.scopes or ())
