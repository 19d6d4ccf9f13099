"""Promises of policies by line and hour: which setting wins, what an hour means on the clock, where each is written."""

import functools
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from blocker.config import Config
from blocker.config import load_config as load_config_with
from blocker.core.policy import Policy
from blocker.core.policy_week import MINUTES_A_WEEK, Hours, Layer, PolicyWeek, minute_of_week
from blocker.core.verdict import Decision
from blocker.errors import ConfigError

BRUSSELS = ZoneInfo("Europe/Brussels")
BLOCK, RING = Decision.BLOCK, Decision.RING
load_config = functools.partial(load_config_with, environ={"HOME": "/home/anna"}, actions=["reject", "busy"])

HOUSE = """
region = "BE"
observe_only = false
[policy]
withheld = "block"
[[policy.hours]]
days = "weekdays"
from = "22:00"
to = "07:00"
withheld = "ring"
repeat_minutes = 10
[[policy.hours]]
days = ["friday"]
from = "23:00"
to = "23:30"
withheld = "block"
[lines.home]
[lines.office.policy]
withheld = "ring"
action = "busy"
observe_only = true
[[lines.office.policy.hours]]
days = "weekend"
withheld = "block"
"""

AT = (
    # a Wednesday
    ("home", "2026-11-18T21:59", BLOCK),
    ("home", "2026-11-18T22:00", RING),
    ("home", "2026-11-19T06:59", RING),
    ("home", "2026-11-19T07:00", BLOCK),
    # a Friday: where hours overlap the later table wins, and only while it holds
    ("home", "2026-11-20T22:59", RING),
    ("home", "2026-11-20T23:00", BLOCK),
    ("home", "2026-11-20T23:30", RING),
    # Friday's night reaches into Saturday, Saturday has none
    ("home", "2026-11-21T06:59", RING),
    ("home", "2026-11-21T22:30", BLOCK),
    # Sunday's neither; Monday's begins on Monday
    ("home", "2026-11-23T06:59", BLOCK),
    ("home", "2026-11-23T22:30", RING),
    # the line's own settings win over the household's hours
    ("office", "2026-11-18T12:00", RING),
    ("office", "2026-11-20T23:15", RING),
    ("office", "2026-11-21T00:00", BLOCK),
    ("office", "2026-11-22T23:59", BLOCK),
    ("office", "2026-11-23T00:00", RING),
    # no such line: the household's
    ("garage", "2026-11-18T22:00", RING),
)


def load(folder: Path, text: str = HOUSE) -> Config:
    path = folder / "blocker.toml"
    path.write_text(text, "utf-8")
    return load_config(path)


@pytest.mark.parametrize(("line", "at", "withheld"), AT)
def test_the_setting_of_a_line_at_an_hour(tmp_path: Path, line: str, at: str, withheld: Decision) -> None:
    """`[policy]`, its hours, the line's policy, the line's hours: the later one wins, as long as it holds."""
    local = datetime.fromisoformat(at).replace(tzinfo=BRUSSELS)
    assert load(tmp_path).policies.week(line).at(local).withheld is withheld


def test_settings_are_laid_over_each_other_key_by_key(tmp_path: Path) -> None:
    """Hours that set one thing leave the rest as it was."""
    policies = load(tmp_path).policies
    night = datetime(2026, 11, 20, 23, 15, tzinfo=BRUSSELS)
    assert policies.week("home").at(night).repeat == timedelta(minutes=10)
    office = policies.week("office").at(night)
    assert (office.action, office.observe_only, office.repeat) == ("busy", True, timedelta(minutes=10))
    assert load(tmp_path).policy == Policy(withheld=BLOCK)


def test_a_setting_says_where_it_comes_from(tmp_path: Path) -> None:
    """File and line of the table that won; nothing for a default."""
    week = load(tmp_path).policies.week("home")
    night, day = datetime(2026, 11, 20, 23, 15, tzinfo=BRUSSELS), datetime(2026, 11, 20, 12, 0, tzinfo=BRUSSELS)
    assert week.origin("withheld", night) == f"{tmp_path}/blocker.toml:16"
    assert week.origin("repeat", night) == f"{tmp_path}/blocker.toml:11"
    assert week.origin("withheld", day) == f"{tmp_path}/blocker.toml:5"
    assert week.origin("premium", night) == ""
    assert [layer.name for layer in week.holding(night)] == ["[policy]", "[[policy.hours]]", "[[policy.hours]]"]


NIGHTS = (
    # put forward: 02:00 becomes 03:00
    ("2026-03-29T00:59Z", RING),  # 01:59
    ("2026-03-29T01:00Z", BLOCK),  # 03:00: the hours from 02:00 to 03:00 didn't come
    # put back: 03:00 becomes 02:00
    ("2026-10-25T00:00Z", RING),  # 02:00, the first time
    ("2026-10-25T00:30Z", BLOCK),  # 02:30
    ("2026-10-25T01:00Z", RING),  # 02:00, the second time
    ("2026-10-25T01:30Z", BLOCK),  # 02:30
)


@pytest.mark.parametrize(("instant", "withheld"), NIGHTS)
def test_the_clock_on_the_wall_counts_in_the_nights_it_is_changed(instant: str, withheld: Decision) -> None:
    """Hours that don't come don't hold; the hour that comes twice is treated alike both times."""
    night = Layer({"withheld": BLOCK}, {}, "", Hours(frozenset({6}), 2 * 60 + 30, 4 * 60))
    local = datetime.fromisoformat(instant).astimezone(BRUSSELS)
    assert PolicyWeek((night,)).at(local).withheld is withheld


HOURS = st.builds(
    Hours, st.frozensets(st.integers(0, 6), min_size=1), st.integers(0, 24 * 60 - 1), st.integers(0, 24 * 60 - 1)
)


@given(st.lists(HOURS, max_size=4), st.integers(0, MINUTES_A_WEEK - 1))
def test_the_week_cut_in_stretches_says_the_same_as_each_hour_asked(spans: list[Hours], minute: int) -> None:
    """What is looked up for a call is what laying all tables over each other at that minute gives."""
    layers = [Layer({"flag_after": place}, {}, "", hours) for place, hours in enumerate(spans, start=10)]
    local = datetime(2026, 11, 16, tzinfo=UTC) + timedelta(minutes=minute)
    assert minute_of_week(local) == minute
    last = [layer.changes["flag_after"] for layer in layers if layer.hours and layer.hours.hold(minute)]
    assert PolicyWeek(tuple(layers)).at(local).flag_after == (last[-1] if last else Policy().flag_after)


FAULTS = {
    "hours that set nothing": ('[[policy.hours]]\nfrom = "22:00"', ":2: these hours set nothing (add what holds then"),
    "no such time": ('[[policy.hours]]\nfrom = "25:00"\npremium = "block"', ":3: “25:00” is no time of day"),
    "no length": (
        '[[policy.hours]]\nfrom = "22:00"\nto = "22:00"\npremium = "block"',
        ":4: from and to are the same",
    ),
    "no such day": ('[[policy.hours]]\ndays = "weekday"\npremium = "block"', "(did you mean “weekdays”?)"),
    "no such day in a list": ('[[policy.hours]]\ndays = ["maandag"]\npremium = "block"', ":3: “maandag” is no day"),
    "no day": ('[[policy.hours]]\ndays = []\npremium = "block"', ":3: days names no day"),
    "days of another kind": ('[[policy.hours]]\ndays = 1\npremium = "block"', ":3: days is a whole number, not a list"),
    "one table": ('[policy.hours]\npremium = "block"', "write each of them as a table under [[hours]]"),
    "challenge at night": (
        '[[policy.hours]]\nfrom = "22:00"\nto = "07:00"\nwithheld = "challenge"',
        ":5: withheld can't be “challenge”: asking callers a question isn't built yet",
    ),
    "challenge on a line": ('[lines.a.policy]\npremium = "challenge"', ":3: premium can't be “challenge”"),
    "challenge on a line at night": (
        '[[lines.a.policy.hours]]\nfrom = "22:00"\npremium = "challenge"',
        ":4: premium can't be “challenge”",
    ),
    "how long a mark blocks isn't a line's": ("[lines.a.policy]\nmark_blocks_days = 3", "unknown key “mark_blocks"),
    "observe_only in the wrong place": ("[policy]\nobserve_only = true", "stands at the top of the file (move it"),
    "an action that isn't there": ('[lines.a.policy]\naction = "buzy"', "(did you mean “busy”?)"),
}


@pytest.mark.parametrize(("text", "message"), FAULTS.values(), ids=FAULTS)
def test_a_fault_says_what_where_and_how_to_mend_it(tmp_path: Path, text: str, message: str) -> None:
    """Each way of getting hours and lines wrong has a message of its own, with the line in the file."""
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, f'region = "BE"\n{text}')
    assert any(message in str(fault) for fault in caught.value.faults), caught.value
