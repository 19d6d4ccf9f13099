"""What the ledger says should be given to a community list: marks that hold, and calls that were turned away.

Decides which entries that rests on. A rating needs a person's mark on a call that a machine recorded; what was only
suspected, or told from memory, gives none. Which numbers are never given, `core/sharing.py` says.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from blocker.core.entry import EntryKind, parse_time
from blocker.core.imported import CALLS, Device
from blocker.core.ledger_ports import Entries, Entry
from blocker.core.observed import MARKETING_REASONS, Happened, happened_of
from blocker.core.sharing import Upload, What, may_be_given, upload_of_said
from blocker.core.sharing_queue import Wish
from blocker.core.spoken import Spoken
from blocker.core.statement import Said, said_in
from blocker.core.taken_over import is_taken_over

_SAID = (EntryKind.STATEMENT, EntryKind.CORRECTION)
_REFUSED = (EntryKind.CALL_SCREENED, EntryKind.OUTCOME)


class Wishes(NamedTuple):
    """What should be given."""

    wishes: list[Wish]
    wanted: frozenset[str]
    """Numbers (E.164) of which somebody said that a call was wanted: nothing about them is given."""


async def find(
    ledger: Entries, *, comments: bool, refused_since: datetime | None, listed: Callable[[str], bool]
) -> Wishes:
    """All ratings that marks give, however old, and the refused calls of a while.

    Args:
        ledger: where entries are read.
        comments: whether a remark may go with a rating.
        refused_since: from when on refused calls count; None for none at all.
        listed: whether the list holds a number (E.164) itself.

    Raises:
        LedgerError: the ledger can't be read.
    """
    ratings, wanted = await _marked(ledger, comments=comments)
    refused = await _refused(ledger, refused_since, listed) if refused_since is not None else []
    return Wishes([*ratings, *refused], wanted)


async def _marked(ledger: Entries, *, comments: bool) -> tuple[list[Wish], frozenset[str]]:
    words = {entry.n: entry.content async for entry in ledger.entries(_SAID)}
    spoken = Spoken.among(words.items())
    marked = {call: said.n for call, said in spoken.statements.items() if said.mark}
    if not marked:
        return [], frozenset()
    wishes, wanted = dict[str, Wish](), set[str]()
    async for entry in ledger.entries(CALLS, calls=list(marked)):
        number = _number(entry.content)
        n = marked[entry.content["call"]]
        said: Said = said_in(n, words[n])
        if number and said.mark == "wanted":
            wanted.add(number)
        elif number and may_be_given(said) and entry.content.get("seen_by") != Device.HAND:
            upload, earlier = upload_of_said(said, number, comments=comments), is_taken_over(words[n])
            _keep(wishes, Wish(upload, n, parse_time(words[n]["at"]), earlier))
    return list(wishes.values()), frozenset(wanted)


async def _refused(ledger: Entries, since: datetime, listed: Callable[[str], bool]) -> list[Wish]:
    calls, wishes = dict[str, Entry](), dict[str, Wish]()
    async for entry in ledger.entries(_REFUSED, since=since):
        content = entry.content
        if content["kind"] == EntryKind.CALL_SCREENED:
            if content["verdict"]["reason"] in MARKETING_REASONS:
                calls[content["call"]] = entry
        elif call := calls.get(content["call"]):
            number = _number(call.content)
            if happened_of(call.content["action"], content) is Happened.REFUSED and number and listed(number):
                upload, earlier = Upload(What.REFUSED_CALL, number), is_taken_over(call.content)
                _keep(wishes, Wish(upload, call.n, parse_time(call.content["at"]), earlier))
    return list(wishes.values())


def _keep(wishes: dict[str, Wish], wish: Wish) -> None:
    """The latest of each number: what was taken over is older than all that was recorded here."""
    before = wishes.get(wish.upload.number)
    if before is None or (not before.taken_over, before.entry) < (not wish.taken_over, wish.entry):
        wishes[wish.upload.number] = wish


def _number(content: Mapping[str, Any]) -> str:
    """The number that was presented, E.164; empty where none was that could be given."""
    presented = content["presented"]
    return presented["number"] or "" if presented["kind"] == "e164" else ""
