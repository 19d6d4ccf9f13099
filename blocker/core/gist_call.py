"""A call as the reports' quick reading has it: from its gist (`gist.py`) or from its whole entry, to the same effect.

Decides what calls have in common that differ in time, id, number and milliseconds alone, so that counting a hundred
thousand of them needn't make sense of each. What a call counts as is decided in `observed.py`.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

from blocker.core.contents import Content
from blocker.core.ended import Ended
from blocker.core.observed import (
    NO_STATEMENT,
    Happened,
    SeenCall,
    Statement,
    happened_of,
    seen_call,
    standing_of,
)


@dataclass(frozen=True, slots=True, eq=False)
class Fate:
    """What calls have in common that are alike and met with the same; one value for all of them."""

    like: SeenCall
    """Such a call without what is its own (`n`, `call`, `utc`, `local`, `number`, `after_ms`), of which nothing was
    said and no end is known."""
    verdict: Content


class AlikeCall(NamedTuple):
    """What calls have in common whose lines end alike."""

    action: str
    offset: str
    has_number: bool
    answered: bool
    verdict: Content
    before: tuple[str, str, str, str]
    """Zone, line, called and presented, as `SeenCall` has them."""
    after: tuple[str, str, str, str, str]
    """Name, decision, reason, match, action."""
    observe_only: bool
    flagged: bool
    fates: dict[Happened, Fate]
    """Those that were asked for."""

    def fate(self, happened: Happened) -> Fate:
        """That of such calls to which this happened."""
        known = self.fates.get(happened)
        if known is None:
            standing = standing_of(self.verdict, happened, "")
            like = SeenCall(
                0, "", "", "", *self.before, "", *self.after, happened, None, self.observe_only, self.flagged,
                NO_STATEMENT, standing,
            )  # fmt: skip
            known = self.fates[happened] = Fate(like, self.verdict)
        return known


Plain = tuple[str, str, str, str, str, str, Fate]
"""A call that was read from its line and has its fate: `n`, `call`, `utc`, `local`, `number`, `after_ms` as text, empty
for None, and the fate. No class: a class's values take eight times as long to make."""


def seen_plain(plain: Plain, statement: Statement, ended: Ended | None = None) -> SeenCall:
    """The call, with what was said of it, as `observed.seen_call` gives it."""
    n, call, utc, local, number, after, fate = plain
    standing = standing_of(fate.verdict, fate.like.happened, statement.mark) if statement.mark else fate.like.standing
    return fate.like._replace(
        n=int(n),
        call=call,
        utc=utc,
        local=local,
        number=number,
        after_ms=int(after) if after else None,
        statement=statement,
        standing=standing,
        ended=ended,
    )


class Gist(NamedTuple):
    """A call, read from its line."""

    n: int
    call: str
    at: str
    local: str
    number: str
    answered: str
    """Milliseconds; empty where it was turned away, or nobody knows."""
    alike: AlikeCall

    def get(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401  (as `dict.get`)
        """`call` or `action` of the entry; other fields are not to be had so."""
        return self.call if key == "call" else self.alike.action if key == "action" else default

    def plain(self, outcome: Content | None) -> Plain:
        """The call, with what is known of its fate."""
        after = self.answered
        if outcome and outcome["acknowledged"] and self.alike.action != "ring" and outcome["after_ms"] is not None:
            after = str(outcome["after_ms"])
        fate = self.alike.fate(happened_of(self.alike.action, outcome))
        return str(self.n), self.call, self.at, self.local, self.number, after, fate

    def seen(self, outcome: Content | None, statement: Statement, ended: Ended | None = None) -> SeenCall:
        """The call, with what is known of its fate and what was said of it, as `observed.seen_call` gives it."""
        return seen_plain(self.plain(outcome), statement, ended)


class Whole(NamedTuple):
    """A call whose entry was read whole."""

    n: int
    content: Content

    @property
    def call(self) -> str:
        """The call's id."""
        call: str = self.content.get("call", "")
        return call

    def get(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401  (as `dict.get`)
        """A field of the entry."""
        return self.content.get(key, default)

    def seen(self, outcome: Content | None, statement: Statement, ended: Ended | None = None) -> SeenCall:
        """The call, with what is known of its fate and what was said of it; raises as `seen_call`."""
        call = seen_call(self.n, self.content, outcome, statement)
        return call if ended is None else call._replace(ended=ended)


class Line(NamedTuple):
    """What is wanted of an entry."""

    n: int
    at: str
    call: Gist | Whole | None
    """Of a `call-screened` entry."""
    outcome: Content | None
    """Of an `outcome` entry."""
