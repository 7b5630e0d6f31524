"""Sequences of steps against the model: random ones, and some that chance rarely makes."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from typing import NoReturn

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.entries.made_entries import CLIENTS
from ringme_contract.model.reference_model import KINDS, ReferenceModel, Step
from ringme_contract.verdict import Failure

SEQUENCES = 7
LENGTH = 14
_REPLAYS = 60
# Each sequence begins with a group, a number and a user, so that later steps find entries.
_BEGIN = ("create_group", "create_number", "create_user")
# Creations are more frequent than deletions, or sequences run out of entries.
_OFTEN = {"create_group": 3, "place_number": 3, "create_number": 2, "create_user": 2}
# Repeated steps and entries created anew, with two groups, three numbers in the first one and a
# user. Negative numbers pick the last ones created.
_REPEATED = (
    *(Step(kind, which=1) for kind in ("create_group", "create_group")),
    *(Step(kind, which=1) for kind in ("create_number",) * 3),
    Step("create_user", which=1),
    *(
        Step("place_number", which=which, what=what)
        for which, what in ((-1, 1), (-1, 1), (-2, 2), (-2, 1), (-2, 0), (-2, 0), (-2, 1))
    ),
    Step("update_number", which=1, what=1),
    *(
        Step(kind)
        for kind in (
            "delete_number", "remake_number", "delete_group", "remake_number", "delete_user",
            "delete_group",
        )
    ),
)  # fmt: skip


@check("sequences", needs=("client", "other_client"), smoke=True)
def lists_equal_a_plain_model_after_every_step(kit: CheckContext) -> None:
    """Random sequences over groups, numbers, users and calls of two clients."""
    count = kit.profile.times(SEQUENCES)
    kinds = [kind for kind in KINDS for _ in range(_OFTEN.get(kind, 1))]
    for number in range(count):
        chance = random.Random(f"{kit.seed} {number}")
        who = chance.randrange(12)
        # The smoke profile has one sequence, and a short one will do.
        length = LENGTH if count > 1 else LENGTH // 2
        steps = [
            *(Step(kind, who, 1) for kind in _BEGIN),
            *(
                Step(one, *chance.choices(range(12), k=3))
                for one in chance.choices(kinds, k=length)
            ),
        ]
        if found := _play(kit, steps):
            _fail(*_shorten(kit, *found))


@check("sequences", needs=("client",))
def steps_that_repeat_and_things_made_anew(kit: CheckContext) -> None:
    """A number placed twice, released twice, deleted beside others, created again by its name."""
    for who, client in enumerate(CLIENTS):
        steps = [replace(one, who=who) for one in _REPEATED]
        if client in kit.target.identities and (found := _play(kit, steps)):
            _fail(*found)


def _play(
    kit: CheckContext, steps: Sequence[Step], whole: bool = False
) -> tuple[list[Step], Failure] | None:
    """Plays a sequence; returns the steps up to a failure, and the failure. None without one.

    After each step some lists are compared, or with `whole` all of them; at the end all.
    """
    model, taken = ReferenceModel(kit), []
    try:
        for step in steps:
            taken.append(step)
            model.do(step)
            model.compare(None if whole else step)
        model.compare()
    except Failure as failure:
        return taken, failure
    finally:
        model.restore()
    return None


def _fail(steps: list[Step], failure: Failure) -> NoReturn:
    failure.message += f" (after {' ; '.join(map(str, steps))})"
    raise failure


def _shorten(kit: CheckContext, steps: list[Step], failure: Failure) -> tuple[list[Step], Failure]:
    """The shortest sequence found that still fails, by leaving out parts, large ones first.

    Starts again as long as it gets shorter: without one step another may not be needed either.
    """
    left, before = _REPLAYS, len(steps) + 1
    while len(steps) < before and left > 0:
        before = len(steps)
        for size in (8, 4, 2, 1):
            start = 0
            while start < len(steps) and left > 0:
                attempt = steps[:start] + steps[start + size :]
                again = _play(kit, attempt, whole=True) if attempt else None
                left -= 1
                if again is None:
                    start += 1
                else:
                    steps, failure = again
    return steps, failure
