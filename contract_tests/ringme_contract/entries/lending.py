"""Numbers of the target's own that a check moves, and puts back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import httpx

from ringme_contract.verdict import NotReached

if TYPE_CHECKING:
    from ringme_contract.caller import Caller
    from ringme_contract.check_context import CheckContext

Item = dict[str, Any]


class Lending:
    """Moves numbers between groups; what was the target's own is afterwards where it was."""

    def __init__(self, kit: CheckContext) -> None:
        self._kit = kit
        self._roles = kit.roles

    def place(self, extension: int, group: int | None) -> httpx.Response:
        """Puts a number into a group or takes it out, and back again after the check."""
        self.lend(extension)
        path = self._kit.path(self._roles.numbers, extension)
        body = {self._roles.home: group}
        return self._kit.expect(self._kit.client.put(path, body), 200)

    def lend(self, extension: int, identity: str = "client") -> None:
        """Lets the check move a number of the target's own, which is put back after it."""
        caller, guard = self._kit.caller(identity), self._kit.guard
        rule = self._kit.contract.collections[self._roles.numbers]
        known = (rule.name, str(extension))
        path = self._kit.path(rule.name, extension)
        if known in guard.lent or known in guard.confirmed:
            return
        before: Item = self._kit.expect(caller.get(path), 200).json()
        if not guard.is_own(rule, known[1], before):
            self._rehearse()
            guard.lent[known] = (self._roles.home, before)
            self._kit.undo(lambda: self._put_back(caller, path, before))

    def _put_back(self, caller: Caller, path: str, before: Item) -> None:
        """Has a number as it was; if its group does not do, with all that differs."""
        wrong: list[str] = []
        for names in ((self._roles.home,), tuple(before), ()):
            response = caller.get(path)
            if response.status_code == 404 and self._kit.guard.may_delete_recorded_items:
                return
            after: Item = self._kit.expect(response, 200).json()
            wrong = [name for name in before if after.get(name, ...) != before[name]]
            if not wrong:
                return
            if names:
                changed = {name: before[name] for name in names if name in wrong}
                caller.put(path, changed)
        raise NotReached(f"{path} is not as it was before the run: {', '.join(wrong)}")

    def _rehearse(self) -> None:
        """Moves a number of the run's own, once. Raises NotReached if more than that changes."""
        record = self._kit.record
        with record.lock:
            if record.rehearsal is None:
                record.rehearsal = self._problem_of_moving()
            if record.rehearsal:
                raise NotReached(f"no number of the target's own is moved: {record.rehearsal}")

    def _problem_of_moving(self) -> str:
        caller = self._kit.client
        number, group = self._kit.new_extension(), self._kit.new_group()["id"]
        path, home = self._kit.path(self._roles.numbers, number["id"]), self._roles.home
        for step in ("into a group", "out of it", "into it again", "after its group was deleted"):
            if step.startswith("after"):
                caller.delete(self._kit.path(self._roles.groups, group))
            else:
                caller.put(path, {home: group if "into" in step else None})
            expected = {**number, home: group if "into" in step else None}
            response = caller.get(path)
            got = response.json() if response.status_code == 200 else {}
            wrong = [name for name in expected if got.get(name, ...) != expected[name]]
            if wrong:
                return f"one that the run has made is not what it should be {step}: {wrong}"
        caller.delete(path)
        return ""
