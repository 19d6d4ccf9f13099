"""Brings each call together with its outcome, which the ledger holds in an entry of its own, in the calls' order.

Decides nothing about a call: that one never got an outcome is told by there being none.
"""

from collections import OrderedDict
from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, Protocol, TypeVar

Content = Mapping[str, Any]


class Fields(Protocol):
    """What is known of a `call-screened` entry: `call` and `action` at least."""

    def get(self, key: str, default: Any = None, /) -> Any:  # noqa: ANN401  (as `dict.get`)
        """A field."""
        ...


C = TypeVar("C", bound=Content | Fields)

CALLS_IN_HAND = 1_000
"""How many calls are held back, to keep their order, while the first of them waits for its outcome."""


class Settled(NamedTuple, Generic[C]):
    """A call's entry, and that of its outcome if there is one."""

    n: int
    screened: C
    outcome: Content | None


class Settling(Generic[C]):
    """Takes entries in the ledger's order and gives calls in that order, each as soon as its outcome is known.

    Memory stays flat: where an outcome doesn't come, the calls behind it go ahead after `CALLS_IN_HAND`, and it follows
    when it is known, or when all is read.
    """

    def __init__(self) -> None:
        self._in_hand: OrderedDict[str, Settled[C]] = OrderedDict()
        self._overdue: dict[str, Settled[C]] = {}

    @property
    def idle(self) -> bool:
        """Whether no call is held back: the next one that needn't wait would be given at once."""
        return not self._in_hand

    def call(self, n: int, content: C) -> list[Settled[C]]:
        """Take a `call-screened` entry."""
        if not self._in_hand and content.get("action") == "ring":
            return [Settled(n, content, None)]
        self._in_hand[content.get("call", "")] = Settled(n, content, None)
        if len(self._in_hand) == 1:  # it is known that it waits
            return []
        if len(self._in_hand) > CALLS_IN_HAND:
            call, waiting = self._in_hand.popitem(last=False)
            self._overdue[call] = waiting
        return self._ready()

    def outcome(self, content: Content) -> list[Settled[C]]:
        """Take an `outcome` entry; that of a call it never saw is passed over."""
        call = content.get("call", "")
        waiting = self._in_hand.get(call)
        if waiting is not None:
            settled = Settled(waiting.n, waiting.screened, content)
            if len(self._in_hand) == 1:
                del self._in_hand[call]
                return [settled]
            self._in_hand[call] = settled
            return self._ready()
        if call in self._overdue:
            return [self._overdue.pop(call)._replace(outcome=content)]
        return []

    def rest(self) -> list[Settled[C]]:
        """When everything is read: the calls that never had an outcome, and those that waited behind them."""
        left = sorted([*self._overdue.values(), *self._in_hand.values()], key=lambda settled: settled.n)
        self._overdue.clear()
        self._in_hand.clear()
        return left

    def _ready(self) -> list[Settled[C]]:
        ready: list[Settled[C]] = []
        while self._in_hand:
            call, first = next(iter(self._in_hand.items()))
            if first.screened.get("action") != "ring" and first.outcome is None:
                break
            del self._in_hand[call]
            ready.append(first)
        return ready
