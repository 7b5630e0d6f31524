"""What a check works with: callers, things of its own, and ways to say what it found."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any, NoReturn

import httpx

from ringme_contract.masking import mask
from ringme_contract.target import Target
from ringme_contract.transport import Transport, Unreachable
from ringme_contract.verdict import Failure, NotReached

API = "/api/ver1.0"
TOKEN_PATH = "/oauth/token"


class Caller:
    """One who asks: requests with its token, below the API's base path unless said otherwise."""

    def __init__(self, kit: CheckContext, name: str, token: str | None) -> None:
        self.name = name
        self.token = token
        self._kit = kit

    def request(self, method: str, path: str, **arguments: Any) -> httpx.Response:
        """Any request to a path from the root."""
        headers = dict(arguments.pop("headers", {}))
        if self.token is not None:
            headers.setdefault("Authorization", f"Bearer {self.token}")
        return self._kit.transport.send(self.name, method, path, headers=headers, **arguments)

    def get(self, path: str, **query: Any) -> httpx.Response:
        """GET below the API; the query as keywords."""
        return self.request("GET", API + path, params=query)

    def post(self, path: str, body: object) -> httpx.Response:
        """POST of JSON below the API."""
        return self.request("POST", API + path, json=body)

    def put(self, path: str, body: object) -> httpx.Response:
        """PUT of JSON below the API."""
        return self.request("PUT", API + path, json=body)

    def delete(self, path: str, **query: Any) -> httpx.Response:
        """DELETE below the API; the query as keywords."""
        return self.request("DELETE", API + path, params=query)

    def read(self, path: str, **query: Any) -> Any:
        """The JSON of a GET that has to succeed."""
        return self._kit.expect(self.get(path, **query), 200).json()


class CheckContext:
    """One run against one target, as its checks see it.

    Everything that a check creates carries the prefix of the run and is removed at the end of
    the check, last made first, whatever the check came to.
    """

    def __init__(
        self, target: Target, document: dict[str, Any], transport: Transport, seed: int = 0
    ) -> None:
        self.target = target
        self.document = document
        self.transport = transport
        self.random = random.Random(seed)
        self.run_id = f"contract-{random.Random().randrange(16**6):06x}"
        self.anonymous = Caller(self, "anonymous", None)
        self.left_behind: list[str] = []
        self.seed = seed
        self._callers: dict[str, Caller] = {}
        self._undo: list[Callable[[], object]] = []
        self._names = 0

    # --- callers

    def caller(self, identity: str) -> Caller:
        """The caller in a role of the target; its token is asked for once."""
        if identity not in self._callers:
            if identity not in self.target.identities:
                raise NotReached(f"the target names no identity {identity}")
            parameters = self.target.identities[identity].parameters
            self._callers[identity] = self._log_in(identity, parameters)
        return self._callers[identity]

    def log_in(self, name: str, username: str, password: str) -> Caller:
        """A caller for a user that the check made, through the application `login`."""
        if "login" not in self.target.identities:
            raise NotReached("the target names no identity login")
        parameters = {
            "grant_type": "password",
            "username": username,
            "password": password,
            **self.target.identities["login"].application,
        }
        return self._log_in(name, parameters)

    def ask_token(self, **parameters: str) -> httpx.Response:
        """The answer of the token endpoint to a form."""
        return self.anonymous.request("POST", TOKEN_PATH, data=parameters)

    def _log_in(self, name: str, parameters: dict[str, str]) -> Caller:
        answer = self.expect(self.ask_token(**parameters), 200).json()
        return Caller(self, name, answer["access_token"])

    # --- things of its own

    def new_name(self, what: str) -> str:
        """A name that tells whose it is, and is used once."""
        self._names += 1
        return f"{self.run_id} {what} {self._names}"

    def new_group(self, identity: str = "client", **keys: Any) -> dict[str, Any]:
        """A group that is removed after the check."""
        caller = self.caller(identity)
        body = {"name": self.new_name("group"), **keys}
        answer = self.expect(caller.post("/client/@me/extension_group/", body), 201)
        group: dict[str, Any] = answer.json()
        self.undo(lambda: caller.delete(f"/client/@me/extension_group/{group['id']}"))
        return group

    def new_extension(self, identity: str = "client", **keys: Any) -> dict[str, Any]:
        """A number that nobody had, removed after the check."""
        caller = self.caller(identity)
        body = {"name": self.free_number(identity), "label": self.new_name("number"), **keys}
        answer = self.expect(caller.post("/client/@me/extension/", body), 201)
        extension: dict[str, Any] = answer.json()
        self.undo(lambda: caller.delete(f"/client/@me/extension/{extension['id']}"))
        return extension

    def free_number(self, identity: str = "client") -> str:
        """A bare number of the client's length that no extension of it has."""
        names = [one["name"] for one in self.caller(identity).read("/client/@me/extension/")]
        if not names:
            raise NotReached("the client has no number to tell how long its numbers are")
        taken = {name.rpartition("*")[2] for name in names}
        length = len(next(iter(taken)))
        free = [n for n in (f"{i:0{length}d}" for i in range(10**length)) if n not in taken]
        if not free:
            raise NotReached("the client has no free number left")
        return free[self._names % len(free)]

    def new_group_user(self, group: int, **keys: Any) -> tuple[dict[str, Any], str]:
        """A user of a group and its password; removed after the check."""
        caller = self.caller("client")
        password = f"pass-{self.random.randrange(16**12):012x}"
        name = self.new_name("user")
        body = {
            "name": name,
            "login": name.replace(" ", "-"),
            "password": password,
            "email": "contract@example.com",
            "extension_group_id": group,
            **keys,
        }
        answer = self.expect(caller.post("/client/@me/user/extension_group/", body), 201)
        user: dict[str, Any] = answer.json()
        self.undo(lambda: caller.delete(f"/client/@me/user/extension_group/{user['id']}"))
        return user, str(body["password"])

    def place(self, extension: int, group: int | None) -> httpx.Response:
        """Puts a number into a group or takes it out, and back again after the check."""
        caller = self.caller("client")
        path = f"/client/@me/extension/{extension}"
        before = caller.read(path)["extension_group_id"]
        self.undo(lambda: caller.put(path, {"extension_group_id": before}))
        return self.expect(caller.put(path, {"extension_group_id": group}), 200)

    def undo(self, action: Callable[[], object]) -> None:
        """Has something done after the check, before what was asked for earlier."""
        self._undo.append(action)

    def clean_up(self) -> None:
        """Does all that is to be done after the check; one that fails does not stop the rest.

        What could not be done is noted in `left_behind`.
        """
        # An interrupted run cleans up as well: only here are requests still sent then.
        self.transport.cleaning = True
        try:
            while self._undo:
                self._clean(self._undo.pop())
        finally:
            self.transport.cleaning = False

    def _clean(self, action: Callable[[], object]) -> None:
        try:
            answer = action()
        except (Failure, NotReached, Unreachable) as error:
            self.left_behind.append(str(error))
        except (KeyError, TypeError, ValueError, IndexError, AttributeError) as error:
            self.left_behind.append(f"the answer cannot be read: {type(error).__name__}: {error}")
        else:
            # What is gone already needs no removal.
            if isinstance(answer, httpx.Response) and answer.status_code not in (200, 204, 404):
                self.left_behind.append(f"{_line(answer)} answers {answer.status_code}")

    # --- what it found

    def expect(
        self, response: httpx.Response, status: int, word: str | None = None
    ) -> httpx.Response:
        """The response, if it has this status (and `status` word); else the check fails."""
        if response.status_code != status:
            self.fail(
                f"{_line(response)} answers {response.status_code}",
                status,
                f"{response.status_code} {self.transport.masking.text(response.text)[:200]}",
            )
        if word is not None:
            got = _word(response)
            if got != word:
                self.fail(f"{_line(response)} answers with another word", word, got)
        return response

    def expect_equal(self, what: str, got: object, expected: object) -> None:
        """Nothing, if both are equal; else the check fails."""
        if got != expected:
            self.fail(f"{what} is not as expected", expected, got)

    def expect_true(self, what: str, condition: bool, got: object = None) -> None:
        """Nothing, if the condition holds; else the check fails with what should hold."""
        if not condition:
            self.fail(f"it does not hold that {what}", what, got)

    def fail(self, message: str, expected: object = None, got: object = None) -> NoReturn:
        """Says that the target breaks the rule."""
        raise Failure(message, expected, got)


def _line(response: httpx.Response) -> str:
    path = response.request.url.raw_path.decode("ascii")
    return mask(f"{response.request.method} {path}")


def _word(response: httpx.Response) -> object:
    try:
        body = response.json()
    except ValueError:
        return None
    return body.get("status", body.get("error")) if isinstance(body, dict) else None
