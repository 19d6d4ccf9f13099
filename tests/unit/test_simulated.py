"""Promises about demonstrations: what they made up never passes for evidence, and taints nothing that is real."""

from collections.abc import Sequence

import pytest
from fakes.entries import Told, local

from blocker.core.statement import Said
from blocker.filing.naming import calls_naming
from blocker.filing.simulated import made_up

LINES = {"landline": "BE"}


@pytest.mark.parametrize(
    ("clocks", "called_under", "expected"),
    [
        (("system",), 0, False),
        (("simulated",), 0, True),
        (("simulated", "system"), 1, False),
        (("system", "simulated"), 0, False),
        (("system", "simulated"), 1, True),
        ((), 0, False),
    ],
)
async def test_a_call_is_made_up_under_a_simulated_clock_alone(
    clocks: Sequence[str], called_under: int, *, expected: bool
) -> None:
    """The clock of the last start before the call decides, whatever came before it or after."""
    told = Told()
    for place, clock in enumerate(clocks or ("",)):
        if clock:
            told.started(f"2026-11-{16 + place} 08:00:00", clock=clock)
        if place == called_under:
            call = told.call(f"2026-11-{16 + place} 09:00:00")
            said = Said(mark="marketing", said_company="Proximus", company="proximus")
            told.add(said.entry(local("2026-11-20 10:00:00"), call, "Anna"))
    (named,) = await calls_naming(told, {"proximus"}, LINES, "BE")
    assert await made_up(told, [named]) is expected
