"""`[community]`: on which terms strangers' opinions count."""

from datetime import timedelta

import pytest

from blocker.community_config import read_community
from blocker.core.community import Rating
from blocker.core.community_judgement import ONE_VOTE, Terms
from blocker.tomlfile import parse


def test_what_is_left_out_has_its_default() -> None:
    """A table may say only what it changes."""
    assert read_community(parse("", "file").root) == Terms()
    document = parse("half_life_days = 0\nranges = false\n[votes]\nfraud = 4\n", "file")
    terms = read_community(document.root)
    assert document.finish() == []
    assert (terms.half_life, terms.ranges) == (timedelta(), False)
    assert terms.votes == {**ONE_VOTE, Rating.G_FRAUD: 4}


@pytest.mark.parametrize(
    ("text", "line", "what", "mend"),
    [
        ("[votes]\nfraud = 0", 2, "fraud is 0", "1"),
        ("[votes]\nG_FRAUD = 4", 2, "unknown key “G_FRAUD” in [votes]", "did you mean “fraud”?"),
        ("[votes]\nlegitimate = 4", 2, "unknown key “legitimate” in [votes]", "advertising, fraud"),
        ("votes = 4", 1, "votes is a whole number", "table"),
        ("half_life_days = -1", 1, "half_life_days is -1", "125"),
        ("half_live_days = 1", 1, "unknown key “half_live_days”", "did you mean “half_life_days”?"),
    ],
)
def test_what_is_wrong_is_named_with_its_line(text: str, line: int, what: str, mend: str) -> None:
    """A slip is told with its place and how to mend it, and read as the default."""
    document = parse(text, "file")
    assert read_community(document.root) == Terms()
    (fault,) = document.finish()
    assert (fault.line, fault.what.startswith(what), mend in fault.mend) == (line, True, True), fault
