"""`blocker check`: what would be decided about a number, row by row."""

import argparse
import json
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from blocker import app
from blocker.commands import OK, say, table
from blocker.config import Config
from blocker.core.call import IncomingCall, Sighting
from blocker.core.case import Found, Moment
from blocker.core.decide import Row, decide, walk
from blocker.core.number import E164, Caller, NumberPlan, Unusable, normalise, number_type
from blocker.core.verdict import Decision, Match, Verdict


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "check",
        help="say what would happen to a caller, and why",
        description="Say what would be decided about a caller at this moment, and what each row of the order of "
        "precedence saw. Nothing is recorded, and calls of a moment ago are not taken into account.",
    )
    parser.add_argument("number", nargs="*", help="as a trunk would send it, or “anonymous”; nothing for no number")
    parser.add_argument("--json", action="store_true", help="for programs")
    parser.set_defaults(run=run)


async def run(config: Config, arguments: argparse.Namespace) -> int:
    """Decide and explain."""
    raw = " ".join(arguments.number)
    knowledge = await app.knowledge(config)
    line = app.setting_of(config).home
    now = datetime.now(UTC)
    caller = normalise(raw, None, NumberPlan(config.region))
    call = IncomingCall("check", now, caller, line, Sighting("check", raw))
    moment = Moment(now.astimezone(ZoneInfo(line.time_zone)))
    verdict = decide(call, knowledge, moment)
    rows = walk(call, knowledge, moment)
    rings = not verdict.blocks or knowledge.policy.observe_only
    if arguments.json:
        say(json.dumps(_as_json(caller, verdict, rows, rings=rings), ensure_ascii=False, indent=2))
        return OK
    say(f"{raw or '(no number)'}: {_described(caller)}")
    flagged = ", and is flagged in the report" if verdict.flagged else ""
    what = "would ring" if rings else "would be turned away"
    observing = " (observe_only: it would be turned away otherwise)" if rings and verdict.blocks else ""
    say(f"Such a call {what}{flagged}{observing}: {verdict.reason}.")
    say()
    decided = next(index for index, (_, found) in enumerate(rows) if found and found.decision)
    shown = [_as_row(row, found, decides=index == decided) for index, (row, found) in enumerate(rows)]
    say(table(shown, ("", "row", "what it saw")))
    return OK


def _described(caller: Caller) -> str:
    match caller:
        case E164():
            valid = "" if caller.valid else ", which its numbering plan doesn't have"
            region = f", {caller.region}" if caller.region else ""
            return f"{caller.number} ({number_type(caller)}{region}){valid}"
        case Unusable(_, why):
            return f"no telephone number ({why})"
        case _:
            return f"{type(caller).__name__.lower()} ({caller.why})"


def _as_row(row: Row, found: Found | None, *, decides: bool) -> tuple[str, str, str]:
    if found is None:
        return ("", row.reason, "nothing")
    saw = "; ".join(f"{m.what} ({m.where})" + (f": {m.note}" if m.note else "") for m in found.matches) or "any call"
    said = {Decision.RING: "ring", Decision.BLOCK: "block", None: "noted only"}[found.decision]
    return ("=>" if decides else "", row.reason, f"{said}: {saw}")


def _as_json(caller: Caller, verdict: Verdict, rows: list[tuple[Row, Found | None]], *, rings: bool) -> dict[str, Any]:
    return {
        "number": caller.number if isinstance(caller, E164) else None,
        "caller": type(caller).__name__.lower(),
        "type": number_type(caller) if isinstance(caller, E164) else None,
        "region": caller.region if isinstance(caller, E164) else None,
        "valid": caller.valid if isinstance(caller, E164) else None,
        "why": "" if isinstance(caller, E164) else caller.why,
        "decision": str(verdict.decision),
        "reason": str(verdict.reason),
        "flagged": verdict.flagged,
        "rings": rings,
        "matches": [_match(match) for match in verdict.matches],
        "rows": [
            {
                "reason": str(row.reason),
                "because": row.because,
                "decision": str(found.decision) if found and found.decision else None,
                "matched": found is not None,
                "matches": [_match(match) for match in found.matches] if found else [],
            }
            for row, found in rows
        ],
    }


def _match(match: Match) -> dict[str, str]:
    return {"kind": match.kind, "what": match.what, "where": match.where, "note": match.note}
