"""The contract of every action in `blocker/actions/`, the ones to come included."""

from pathlib import Path

import pytest

from blocker import actions
from blocker.core.treatment import HangUp, LetRing
from blocker.core.verdict import Decision, Reason, Verdict

ACTIONS = actions.load()
BLOCKING = [Verdict(Decision.BLOCK, reason) for reason in Reason]
Q850_CAUSES = range(1, 128)


def test_every_file_of_the_folder_is_an_action() -> None:
    """Adding a file is all that adding an action takes."""
    files = {path.stem for path in Path(actions.__file__).parent.glob("*.py")} - {"__init__"}
    assert {name.replace("-", "_") for name in ACTIONS} == files
    assert {"ring", "reject", "busy", "unallocated"} <= set(ACTIONS)


@pytest.mark.parametrize("name", ACTIONS)
@pytest.mark.parametrize("verdict", BLOCKING, ids=lambda verdict: verdict.reason)
def test_an_action_gives_steps_under_its_own_name(name: str, verdict: Verdict) -> None:
    """A treatment carries the action's name and at least one step, the same ones for the same verdict."""
    treatment = ACTIONS[name](verdict)
    assert treatment.action == name
    assert treatment.steps
    assert treatment == ACTIONS[name](verdict)
    for step in treatment.steps:
        assert isinstance(step, LetRing) or step.cause in Q850_CAUSES


@pytest.mark.parametrize(("name", "cause"), [("ring", None), ("reject", 21), ("busy", 17), ("unallocated", 1)], ids=str)
def test_what_the_caller_s_network_is_told(name: str, cause: int | None) -> None:
    """Each way of ending a call has the cause that ITU-T Q.850 gives it; ringing ends nothing."""
    treatment = ACTIONS[name](BLOCKING[0])
    assert treatment.steps == ((LetRing(),) if cause is None else (HangUp(cause),))
    assert treatment.turns_away == (cause is not None)
