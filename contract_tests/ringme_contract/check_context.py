"""The context of a check: callers, test data and assertions."""

from __future__ import annotations

import copy
import random
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
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
from ringme_contract.entries.operation_paths import Paths, needed_keys
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
    """A run against a target, as one of its checks sees it.

    Entries that the check creates carry the prefix of the run. They are removed when the check
    ends, in reverse order, whatever its result. `record` is shared by all checks of the run.
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
        # Bare numbers that concurrent checks must not use.
        self.reserved: set[str] = set()
        self._begin("")

    def for_check(self, name: str) -> CheckContext:
        """The context of one check: random numbers, test data and clean-up of its own."""
        context = copy.copy(self)
        # Concurrent checks have other prefixes.
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
        return not self.contract.needs(operation) & self.target.off

    @property
    def profile(self) -> Profile:
        return PROFILES[self.target.profile]

    def reason_against(self, operation: Operation) -> str | None:
        if not self.offers(operation):
            return f"the target lacks {operation.id}"
        if (
            operation.action == "update"
            and not can_be_created(self.contract, operation.collection)
            and not self.target.change_existing_entries
        ):
            return (
                f"{operation.id} changes entries that the run did not create"
                " (change_existing_entries is false)"
            )
        return None

    @property
    def secured_operations(self) -> list[Operation]:
        """The operations that need a token and that the target offers.

        Those that could delete entries the run has not made, whatever their parameters, are left
        out.
        """
        return [one for one in self.operations if one.scopes is not None and spares(one)]

    @property
    def range_query(self) -> dict[str, str]:
        """The time range of the target, as query parameters. All ranges use the same names."""
        roles = next((one.roles for one in self.contract.operations.values() if one.ranged), {})
        return {roles[role].name: end for role, end in zip(RANGE, self.target.range, strict=True)}

    # --- callers

    @property
    def client(self) -> Caller:
        return self.caller("client")

    def caller(self, identity: str) -> Caller:
        """The caller with an identity of the target. It logs in once."""
        with self._logging_in:
            if identity not in self._tokens:
                if identity not in self.target.identities:
                    raise NotReached(f"the target file has no identity {identity}")
                parameters = self.target.identities[identity].parameters
                self._tokens[identity] = str(self._log_in(identity, parameters).token)
            return Caller(self, identity, self._tokens[identity])

    def log_in(self, name: str, username: str, password: str, through: str = "login") -> Caller:
        """A caller for a user that the check created, through an application of the target."""
        person = {"grant_type": "password", "username": username, "password": password}
        return self._log_in(name, {**person, **self.application(through)})

    def application(self, identity: str) -> dict[str, str]:
        """Id and secret of an application of the target. Raises NotOffered if it names none."""
        self.need_offered(
            identity in self.target.identities, f"the target file has no identity {identity}"
        )
        return self.target.identities[identity].application

    def request_token(self, **parameters: str) -> httpx.Response:
        # A refresh token can be used once. Other requests, sent twice, only give one more token.
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
        """The properties of the current user that are keys of owners, by collection."""
        found: dict[str, str] = self.path.operation("current").resource["owners"]
        return found

    # --- removal

    def undo(self, action: Callable[[], object]) -> None:
        """Registers an action for the end of the check; the last one registered runs first."""
        self._undo.append(action)

    def clean_up(self) -> None:
        """Runs the registered actions, and removes the entries of the check.

        `left_behind` names the actions that failed. Entries that cannot be removed are left to
        `finish`.
        """
        with self._cleaning():
            while self._undo:
                self._clean(self._undo.pop())
            self._clean(self._removal.after_check)

    def finish(self) -> None:
        """Removes leftovers of the run; `left_behind` names those that cannot be removed."""
        with self._cleaning():
            self._clean(lambda: self.left_behind.extend(self.guard.borrowed.put_all_back()))
            self._clean(lambda: self.left_behind.extend(self._removal.at_end()))

    @contextmanager
    def _cleaning(self) -> Iterator[None]:
        # After an interruption only the requests of the clean-up are sent.
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

    # --- concurrency

    def map(self, function: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
        """The results of a function that sends requests, called concurrently.

        The items must not affect each other. The outcome is that of calls one after the other: the
        first item that fails ends it, and requests for later items are not recorded.
        """
        chosen, transport = list(items), self.transport
        jobs = min(transport.jobs, len(chosen))
        if jobs <= 1:
            return [function(one) for one in chosen]

        kept: list[list[Exchange]] = [[] for _ in chosen]

        def run(number: int) -> _Result:
            with transport.recording(kept[number]):
                return function(chosen[number])

        results: list[_Result] = []
        pool = ThreadPoolExecutor(jobs)
        try:
            done = pool.map(run, range(len(chosen)))
            for exchanges in kept:
                try:
                    results.append(next(done))
                finally:
                    transport.exchanges.extend(exchanges)
        finally:
            pool.shutdown(cancel_futures=True)
        return results

    def at_once(self, requests: Sequence[Callable[[], httpx.Response]]) -> list[httpx.Response]:
        """Responses to concurrent requests. Raises NotOffered if the target allows none."""
        if self.transport.jobs < 2:
            raise NotOffered("requests to the target are sent one at a time (jobs = 1)")
        return self.map(lambda send: send(), requests)


def spares(operation: Operation) -> bool:
    """False for the deletion of a range whose owner no run can create: it may hold anything."""
    return operation.action != "delete_range" or bool(needed_keys(operation))


def configures(operation: Operation) -> bool:
    """True if an operation changes configuration, which needs the scope `all`."""
    return "all" in (operation.scopes or ())
