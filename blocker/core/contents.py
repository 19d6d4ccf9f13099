"""Reading the contents of ledger entries without surprises: what is missing in one is an error that names the entry.

Decides nothing about what the contents mean.
"""

import functools
from collections.abc import Callable, Mapping
from typing import Any, Concatenate, ParamSpec, TypeVar

from blocker.core.entry import VERSION
from blocker.errors import LedgerCorruptError, LedgerFormatError

Content = Mapping[str, Any]
P = ParamSpec("P")
T = TypeVar("T")


def of_a_whole_entry(project: Callable[Concatenate[int, Content, P], T]) -> Callable[Concatenate[int, Content, P], T]:
    """Make a function of an entry's number and content raise only errors that a household can act on.

    Raises (from the function made):
        LedgerFormatError: a newer program wrote the entry.
        LedgerCorruptError: it lacks what an entry of its kind holds.
    """

    @functools.wraps(project)
    def checked(n: int, content: Content, /, *args: P.args, **kwargs: P.kwargs) -> T:
        if content.get("v") != VERSION:
            raise LedgerFormatError(f"entry {n} was written by a newer program: update blocker, then try again")
        try:
            return project(n, content, *args, **kwargs)
        except (KeyError, TypeError, AttributeError, ValueError, LedgerFormatError) as error:
            kind = content.get("kind")
            raise LedgerCorruptError(
                f"entry {n} lacks what a “{kind}” entry holds ({error!r}): see what `blocker verify` says"
            ) from error

    return checked
