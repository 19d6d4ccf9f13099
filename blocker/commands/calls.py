"""`blocker calls` and `blocker mark`: what came in, and what a person says it was."""

import argparse
import json
import shutil
import sys
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from blocker import commanding, looking
from blocker.commands import OK, say, table, warn, warn_left_out, who
from blocker.commands.statement import tell_lists
from blocker.config import Config
from blocker.core.asked import looked_up_of, opinion
from blocker.core.ended import Ended, ended_of
from blocker.core.entry import EntryKind, parse_time
from blocker.core.imported import imported_call, still_counts
from blocker.core.observed import Happened, SeenCall, seen_call
from blocker.core.plain_text import shortened
from blocker.core.settling import Content, Settled, Settling
from blocker.core.spoken import Spoken
from blocker.core.taken_over import is_taken_over
from blocker.earlier import withdrawn

MAX_NUMBER = 36_500

_BESIDE_WHAT_WAS_SAID = 88
"""The width of all other columns on a screen, with the longest reason."""

_HAPPENED = {
    Happened.REFUSED: "kept quiet",
    Happened.UNKNOWN: "rang or unknown",
    Happened.LET_THROUGH: "let through",
    Happened.ELSEWHERE: "elsewhere",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the two commands."""
    calls = commands.add_parser(
        "calls",
        help="list recorded calls",
        description="List recorded calls, the newest last, with their ids for `mark`.",
    )
    calls.add_argument(
        "--days", type=_positive, default=30, help="how far back from the last call to look (default: %(default)s)"
    )
    calls.add_argument(
        "--limit", type=_positive, default=50, help="how many at most, the newest ones (default: %(default)s)"
    )
    calls.add_argument("--json", action="store_true", help="for programs")
    calls.set_defaults(run=run_calls)
    mark = commands.add_parser(
        "mark",
        help="say what a call was; marketing also blocks its number for a year",
        description="Say what a call was. “marketing” also puts the number on the block list, for a year if "
        "nothing else is configured; “wanted” takes such a block away again. What you say is "
        "recorded beside the call, as yours.",
    )
    mark.add_argument("call", help="the call's id as `blocker calls` shows it, a beginning of it, or: last")
    mark.add_argument("mark", choices=["marketing", "wanted"])
    mark.add_argument("--for", dest="company", help="for whom the caller said to call, such as “Proximus”")
    mark.set_defaults(run=run_mark)


def _positive(text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        number = 0
    if not 1 <= number <= MAX_NUMBER:
        raise argparse.ArgumentTypeError(f"must be a whole number from 1 to {MAX_NUMBER}")
    return number


async def run_calls(config: Config, arguments: argparse.Namespace) -> int:
    """List calls."""
    async with looking.reader(config) as reader:
        newest = await reader.newest({EntryKind.CALL_SCREENED})
        times = [parse_time(newest.content["at"])] if newest else []
        times += filter(None, [await reader.latest_begun()])
        if not times:
            say("[]" if arguments.json else "No call has been recorded yet.")
            await warn_left_out(config)
            return OK
        since = max(times) - timedelta(days=arguments.days)
        spoken = Spoken(await withdrawn(reader))
        latest: dict[bool, deque[Settled[Content]]] = {
            taken_over: deque(maxlen=arguments.limit) for taken_over in (True, False)
        }

        def keep(found: list[Settled[Content]]) -> None:
            for one in found:
                latest[is_taken_over(one.screened)].append(one)

        settling: Settling[Content] = Settling()
        async for entry in reader.entries(kinds=_KINDS, since=since):
            match entry.content["kind"]:
                case EntryKind.STATEMENT:
                    spoken.take(entry.n, entry.content)
                case EntryKind.OUTCOME:
                    keep(settling.outcome(entry.content))
                case _:
                    keep(settling.call(entry.n, entry.content))
        keep(settling.rest())
        settled = [*latest[True], *latest[False]][-arguments.limit :]
        asked = [looked_up_of(entry.n, entry.content) async for entry in reader.entries(kinds=_ASKED, since=since)]
        ended = [ended_of(entry.n, entry.content) async for entry in reader.entries(kinds=_ENDS, since=since)]
        imported: deque[SeenCall] = deque(maxlen=arguments.limit)
        async for entry in reader.begun(since, max(times) + timedelta(seconds=1)):
            if still_counts(entry.n, entry.content, spoken.withdrawn):
                imported.append(imported_call(entry.n, entry.content, spoken.of(entry.content["call"])))
    ends, opinions = dict(ended), {said.call: opinion(said) for said in asked}
    calls = [
        seen_call(n, screened, outcome, spoken.of(screened["call"]))._replace(ended=ends.get(screened["call"]))
        for n, screened, outcome in settled
    ]
    if imported:
        calls = sorted([*calls, *imported], key=lambda call: call.utc)[-arguments.limit :]
    _show(calls, opinions, as_json=arguments.json)
    await warn_left_out(config)
    return OK


def _show(calls: list[SeenCall], opinions: Mapping[str, str], *, as_json: bool) -> None:
    """Print calls, each with what others said of its number when they were asked."""
    if as_json:
        told = [_as_json(call) | {"opinion": opinions.get(call.call, "")} for call in calls]
        say(json.dumps(told, ensure_ascii=False, indent=2))
        return
    say(
        table(
            [_as_row(call, short=sys.stdout.isatty()) for call in calls],
            ("call", "when", "presented number", "what happened", "why", "you said"),
        )
    )
    for call in calls:
        if call.call in opinions:
            say(f"Of call {call.call[:8]} others say, unchecked: {opinions[call.call]}.")


_KINDS = frozenset({EntryKind.CALL_SCREENED, EntryKind.OUTCOME, EntryKind.STATEMENT})
_ENDS, _ASKED = frozenset({EntryKind.CALL_ENDED}), frozenset({EntryKind.LOOKED_UP})


def _as_json(call: SeenCall) -> dict[str, Any]:
    fields = {
        **call._asdict(),
        "statement": call.statement._asdict() if call.statement.n else None,
        "ended": call.ended._asdict() if call.ended else None,
    }
    return {key: str(value) if isinstance(value, Happened) else value for key, value in fields.items()}


def _as_row(call: SeenCall, *, short: bool) -> tuple[str, ...]:
    """A call as a row; `short` is for a screen: `mark` takes the beginning of an id, and texts fit their columns."""
    named = f"for {call.statement.said_company}" if call.statement.said_company else ""
    said = ", ".join(filter(None, [call.statement.mark, named]))
    when = f"{datetime.fromisoformat(call.local):%a %Y-%m-%d %H:%M:%S}"
    number = call.number or f"({call.presented})"
    row = (call.call, when, number, _happened(call), call.reason or call.seen_by, said)
    if not short:
        return row
    rest = shutil.get_terminal_size().columns - _BESIDE_WHAT_WAS_SAID
    return (call.call[:8], when[:-3], shortened(number, 16), *row[3:-1], shortened(said, max(rest, len("marketing"))))


def _happened(call: SeenCall) -> str:
    """What became of a call, in its column's width; how it ended, where nobody turned it away and that is known."""
    if call.remembered:
        return "from memory"
    if call.happened not in {Happened.LET_THROUGH, Happened.ELSEWHERE} or call.ended is None:
        return _HAPPENED[call.happened]
    match call.ended:
        case Ended(silent=True, seconds_talked=int(seconds)):
            return f"silent {timedelta(seconds=seconds)}"
        case Ended(disposition="ANSWERED", seconds_talked=int(seconds)):
            return f"talked {timedelta(seconds=seconds)}"
        case Ended(disposition="NO ANSWER", hung_up_by="caller"):
            return "caller gave up"
        case Ended(disposition="NO ANSWER"):
            return "nobody answered"
        case Ended(disposition="BUSY"):
            return "line was busy"
        case _:
            return _HAPPENED[call.happened]


async def run_mark(config: Config, arguments: argparse.Namespace) -> int:
    """Record what a person says about a call."""
    done = await commanding.done(
        config, "mark", call=arguments.call, mark=arguments.mark, company=arguments.company, by=who()
    )
    company = f", for {arguments.company}" if arguments.company else ""
    say(f"Call {done['call']} is recorded as {arguments.mark}{company}.")
    tell_lists(done, config)
    warn(done["warnings"])
    return OK
