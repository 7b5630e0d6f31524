"""Runs that chance takes too seldom: the same step twice, and things made anew."""

from __future__ import annotations

from ringme_contract.check import check
from ringme_contract.check_context import CheckContext
from ringme_contract.model.reference_model import ReferenceModel, Step
from ringme_contract.verdict import Failure

# Two groups; three numbers in the first one, a user in it.
_BEGIN = (
    *("create_group", "create_group"),
    *("create_number", "create_number", "create_number"),
    "create_user",
)
# Negative numbers pick what was made last.
_STEPS = (
    Step("place_number", which=-1, what=1),
    Step("place_number", which=-1, what=1),
    Step("place_number", which=-2, what=2),
    Step("place_number", which=-2, what=1),
    Step("place_number", which=-2, what=0),
    Step("place_number", which=-2, what=0),
    Step("place_number", which=-2, what=1),
    Step("update_number", which=1, what=1),
    Step("delete_number", which=0),
    Step("make_anew", which=0),
    Step("delete_group", which=0),
    Step("make_anew", which=0),
    Step("delete_user", which=0),
    Step("delete_group", which=0),
)


@check("sequences", needs=("client",))
def steps_that_repeat_and_things_made_anew(kit: CheckContext) -> None:
    """A number placed twice, released twice, deleted beside others, made again by its name."""
    model = _Model(kit)
    steps = [Step(kind, which=1) for kind in _BEGIN] + list(_STEPS)
    taken: list[Step] = []
    try:
        for who in range(len(model.clients)):
            for step in steps:
                taken.append(Step(step.kind, who, step.which, step.what))
                model.do(taken[-1])
                model.compare(taken[-1])
            model.compare()
    except Failure as failure:
        failure.message += f" (after {' ; '.join(map(str, taken))})"
        raise
    finally:
        model.restore()


class _Model(ReferenceModel):
    """A model with one more kind of step."""

    def _make_anew(self, client: str, step: Step) -> None:
        """Deletes a number and makes one of the same name, which is in no group."""
        key = self._pick(client, self.numbers, step)
        if key is not None:
            name = self.entries[client, self.numbers][key]["name"]
            self._delete(client, self.numbers, key)
            self._create(
                client, self.numbers, {"name": name, "label": self._kit.new_name("number")}
            )
            made = self.entries[client, self.numbers][self.made[client, self.numbers][-1]]
            self._kit.expect_equal(
                f"the group of {name}, made anew", made[self._kit.roles.home], None
            )
