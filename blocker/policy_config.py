"""Reads `[policy]`, `[[policy.hours]]`, and both again under a line: what is wanted of calls, where and when.

Decides which settings there are, how hours are written, and which of several settings wins: key by key, `[policy]`,
then its hours, then the line's own policy, then the line's hours, in the order of the file. What a setting does, and
what hours mean on the clock, `core/policy_week.py` and the rows of `core/decide.py` say.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import time, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from blocker.core.policy import Policy
from blocker.core.policy_week import Hours, Layer, Policies, PolicyWeek
from blocker.core.verdict import Decision
from blocker.tomlfile import Table, one_of

_DECISIONS = ("withheld", "unavailable", "unusable", "invalid", "premium", "canvassing", "community")

KEYS: Mapping[str, str] = MappingProxyType(
    {name: name for name in (*_DECISIONS, "action", "observe_only")}
    | {"repeat": "repeat_minutes", "dialled": "dialled_days", "flag_after": "flag_after_calls_a_day"}
)
"""How each field of `Policy` is written in the configuration."""

MAX_CALLS_A_DAY = 1000


class Weekday(StrEnum):
    """A day of the week."""

    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"


_DAYS = {"daily": frozenset(range(7)), "weekdays": frozenset(range(5)), "weekend": frozenset({5, 6})}
_DAYS |= {day: frozenset({place}) for place, day in enumerate(Weekday)}


def read_policies(root: Table, policy: Table, lines: Mapping[str, Table], actions: Collection[str]) -> Policies:
    """All settings of the household and its lines.

    Args:
        root: the whole file, for `observe_only`.
        policy: its table `[policy]`.
        lines: its tables `[lines.NAME]`.
        actions: the names that `action` may have.
    """
    household = [_everywhere(root, policy, actions), *_hours_layers(policy, "[[policy.hours]]", actions)]
    weeks = {}
    for name, line in lines.items():
        table, path = line.section("policy"), f"lines.{name}.policy"
        own = [_layer(table, f"[{path}]", actions), *_hours_layers(table, f"[[{path}.hours]]", actions)]
        weeks[name] = _week([*household, *own])
    return Policies(_week(household), MappingProxyType(weeks))


def _week(layers: list[Layer]) -> PolicyWeek:
    return PolicyWeek(tuple(layer for layer in layers if layer.changes))


def _everywhere(root: Table, table: Table, actions: Collection[str]) -> Layer:
    """`[policy]`, and `observe_only`, which stands at the top since it is about the program as a whole."""
    if "observe_only" in table:
        table.fault("observe_only stands at the top of the file", "move it above the first table", key="observe_only")
    layer = _layer(table, "[policy]", actions)
    observe_only = root.flag("observe_only", Policy().observe_only)
    if "observe_only" not in root:
        return layer
    changes = {**layer.changes, "observe_only": observe_only}
    origins = {**layer.origins, "observe_only": _place(root, "observe_only")}
    return replace(layer, changes=changes, origins=origins)


def _hours_layers(policy: Table, name: str, actions: Collection[str]) -> list[Layer]:
    layers = []
    for table in policy.tables("hours"):
        layer = replace(_layer(table, name, actions), hours=_hours(table))
        if not layer.changes:
            table.fault("these hours set nothing", f"add what holds then, one of {', '.join(KEYS.values())}")
        layers.append(layer)
    return layers


def _layer(table: Table, name: str, actions: Collection[str]) -> Layer:
    default = Policy()
    minutes = int(default.repeat / timedelta(minutes=1))
    values: dict[str, Any] = {key: _decision(table, key, getattr(default, key)) for key in _DECISIONS}
    values["repeat"] = timedelta(minutes=table.whole("repeat_minutes", minutes, low=0, high=24 * 60))
    days = table.whole("dialled_days", default.dialled.days, low=0, high=3650)
    values["dialled"] = timedelta(days=days)
    values["flag_after"] = table.whole("flag_after_calls_a_day", default.flag_after, low=0, high=MAX_CALLS_A_DAY)
    values["action"] = table.choice("action", actions, default.action)
    values["observe_only"] = table.flag("observe_only", default.observe_only)
    changes = {field: value for field, value in values.items() if KEYS[field] in table}
    return Layer(changes, {field: _place(table, KEYS[field]) for field in changes}, name)


def _place(table: Table, key: str) -> str:
    return f"{table.file}:{table.line(key)}"


def _decision(table: Table, key: str, default: Decision) -> Decision:
    if table.raw(key) == "challenge":
        what = f"{key} can't be “challenge”: asking callers a question isn't built yet"
        table.fault(what, "choose ring or block", key=key)
        return default
    return table.word(key, Decision, default)


def _hours(table: Table) -> Hours:
    """`days`, `from` and `to`; what is left out is every day, and the whole day."""
    since, until = clock_time(table, "from", time()), clock_time(table, "to", time())
    if since == until and ("from" in table or "to" in table):
        table.fault("from and to are the same", "leave both out for the whole day, or give another to", key="to")
    return Hours(_days(table), since.hour * 60 + since.minute, until.hour * 60 + until.minute)


def _days(table: Table) -> frozenset[int]:
    value = table.raw("days")
    words: tuple[str, ...] = ("daily",)
    if isinstance(value, str):
        words = (value,)
    elif value is not None:
        words = table.texts("days")
        if not words:
            table.fault("days names no day", 'write "daily", "weekdays", "weekend" or ["monday", …]', key="days")
    for word in words:
        if word not in _DAYS:
            table.fault(f"“{word}” is no day", one_of(word, _DAYS), key="days")
    return frozenset().union(*(_DAYS.get(word, frozenset()) for word in words))


def clock_time(table: Table, key: str, default: time) -> time:
    """A time of day to the minute, written `"06:00"`."""
    text = table.text(key, default.isoformat("minutes"))
    written = re.fullmatch(r"([01]\d|2[0-3]):([0-5]\d)", text, re.ASCII)
    if written is None:
        table.fault(f"“{text}” is no time of day", 'write hours and minutes, such as "06:00"', key=key)
        return default
    return time(int(written[1]), int(written[2]))
