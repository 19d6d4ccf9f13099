"""Reads `[giving_back]`: to which community list the household gives what it knows of numbers, and what may go along.

Decides the keys. None of them switches it on: a person does, once shown what would be sent (`blocker share on`).
"""

from dataclasses import dataclass

from blocker.tomlfile import Table


@dataclass(frozen=True, slots=True)
class GivingBack:
    """`[giving_back]`."""

    source: str = "phoneblock"
    """The slug of the list; its address and token are those of `[sources.SLUG]`."""
    refused_calls: bool = True
    """Whether calls are given too that were turned away from numbers which the list holds."""
    comments: bool = False
    """Whether a remark from a fixed list goes with a rating."""
    mobile_numbers: bool = False
    """Whether numbers that may be a mobile telephone's are given."""


def read_giving_back(table: Table) -> GivingBack:
    """`[giving_back]`."""
    standard = GivingBack()
    return GivingBack(
        source=table.text("source", standard.source),
        refused_calls=table.flag("refused_calls", standard.refused_calls),
        comments=table.flag("comments", standard.comments),
        mobile_numbers=table.flag("mobile_numbers", standard.mobile_numbers),
    )
