"""Promises about what goes into a pack, and about the texts in it."""

import dataclasses
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from fakes.entries import Told, local
from fakes.mounts import why_no_mount
from fakes.needs import needs

from blocker.core.entry import EntryKind
from blocker.core.household_facts import Asks, Fact, Says
from blocker.core.observed import NO_STATEMENT, Statement, seen_call
from blocker.core.pack import ABOUT_A_CALL, Period, SealAt, around, belongs_in_week, concerns, first_of, names, watching
from blocker.core.pack_facts import PackFacts
from blocker.core.taken_over import Told as TakenOver
from blocker.core.verdict import Reason
from blocker.errors import UsageError
from blocker.evidence import pack_files
from blocker.renderers.pack_texts import LANGUAGES, how_to_check, summary

STAMPED = [
    SealAt(10, 9, (11,)),
    SealAt(20, 19, ()),
    SealAt(30, 29, (31, 32)),
    SealAt(40, 39, ()),
    SealAt(50, 49, (51,)),
]


@pytest.mark.parametrize(
    ("evidence", "seals"),
    [
        ([5], {10, 50}),
        ([11], {20, 30, 50}),
        ([12], {10, 20, 30, 50}),
        ([19], {10, 20, 30, 50}),
        ([20], {10, 30, 50}),
        ([31], {10, 40, 50}),
        ([32], {30, 40, 50}),
        ([45], {30, 50}),
        ([60], {50}),
        ([5, 45], {10, 30, 50}),
        ([], {50}),
    ],
)
def test_each_entry_lies_between_two_times(evidence: list[int], seals: set[int]) -> None:
    """The last time-stamp before it, the first seal and the first time-stamp over it, and the last seal of all."""
    assert {seal.n for seal in around(evidence, STAMPED)} == seals


def test_without_seals_there_are_none() -> None:
    """A ledger that was never sealed gives a pack all the same, and the span begins with its first entry."""
    assert around([5, 6], []) == []
    assert first_of([5, 6], []) == 5
    assert first_of([5, 6], [SealAt(4, 3, ())]) == 3
    assert first_of([5, 6], [SealAt(1, 0, ())]) == 1


def said(mark: str, company: str = "", call_centre: str = "") -> Statement:
    """What a person said of a call."""
    return Statement(7, mark, company, company, "Anna", call_centre, call_centre)


@pytest.mark.parametrize(
    ("reason", "statement", "belongs"),
    [
        (Reason.NOTHING_KNOWN, NO_STATEMENT, False),
        (Reason.NOTHING_KNOWN, said("marketing"), True),
        (Reason.NOTHING_KNOWN, said("", "proximus"), True),
        (Reason.NOTHING_KNOWN, said("wanted", "proximus"), False),
        (Reason.COMMUNITY, NO_STATEMENT, True),
        (Reason.COMMUNITY, said("wanted"), False),
        (Reason.CONTACT, NO_STATEMENT, False),
    ],
)
async def test_which_calls_of_a_week_go_in(reason: Reason, statement: Statement, *, belongs: bool) -> None:
    """Those that were unwanted or suspected, or that somebody told of; the family's and wanted ones never."""
    told = Told()
    told.call("2026-11-17 09:00", reason=reason)
    entry, *rest = told.all()
    outcome = rest[0].content if rest else None
    assert belongs_in_week(seen_call(entry.n, entry.content, outcome, statement)) is belongs


def test_a_call_centre_is_named_as_a_company_is() -> None:
    """Whom it worked for and who it was both count; a name that no rule knows is nobody's."""
    assert names(said("marketing", "proximus", "teleboys"), {"teleboys"})
    assert names(said("marketing", "proximus"), {"proximus"})
    assert not names(said("marketing", "proximus"), {"telenet"})
    assert not names(said("marketing"), {"proximus"})


@pytest.mark.parametrize(
    ("fact", "goes_in"),
    [
        (Fact(EntryKind.CONTRACT, company="proximus"), True),
        (Fact(EntryKind.CONTRACT, company="telenet"), False),
        (Fact(EntryKind.REQUEST, company="proximus", asks=Asks.ACCESS), True),
        (Fact(EntryKind.REQUEST, company="proximus", asks=Asks.IDENTITY), False),
        (Fact(EntryKind.CONSENT, says=Says.NEVER, company="*"), True),
        (Fact(EntryKind.CONSENT, company="telenet"), False),
        (Fact(EntryKind.LINE_HOLDER, line="landline", holder="Anna"), True),
        (Fact(EntryKind.LINE_HOLDER, line="attic", holder="Lodger"), False),
        (Fact(EntryKind.REGISTRATION, register="be-dncm"), True),
        (Fact(EntryKind.REGISTRATION, register="be-dncm", line="landline"), True),
        (Fact(EntryKind.REGISTRATION, register="be-dncm", line="attic"), False),
    ],
)
def test_what_of_the_households_file_goes_with_a_company(fact: Fact, *, goes_in: bool) -> None:
    """What is about that company, about everybody, or about a line that was called."""
    content = fact.entry(local("2026-11-17 09:00"), "Anna")
    assert concerns(content, {"proximus"}, {"landline"}) is goes_in


def test_who_watched_goes_in() -> None:
    """What lies between the calls, or in the time asked for; a gap that reaches into it; and the start before."""
    told = Told()
    told.started("2026-11-01 08:00")
    told.started("2026-11-02 08:00")
    told.stopped("2026-11-08 08:00")
    told.gap("2026-11-20 08:00", "2026-11-08 08:00", "2026-11-20 08:00")
    told.started("2026-11-21 08:00")
    told.stopped("2026-12-01 08:00")
    entries = [(entry.n, entry.content) for entry in told.all()]
    week = Period.of(local("2026-11-09"), local("2026-11-16"))

    assert watching(entries, [100], week) == {2, 4}
    assert watching(entries, [100], None) == {5}
    assert watching(entries, [3, 5], None) == {2, 4}


def test_what_stays_in_the_house_is_no_kind_of_a_pack() -> None:
    """An agent's name is in an entry that no pack can hold."""
    assert EntryKind.PRIVATE_NOTE not in ABOUT_A_CALL


def facts(**changed: object) -> PackFacts:
    """A pack with nothing in it."""
    pack = PackFacts(
        asked="company",
        what="Ben & $Jerry ${x}",
        calls=(),
        file=(),
        first=12,
        last=30,
        before="ab" * 32,
        contents=3,
        erased=2,
        left_out=1,
        missing=("cd" * 32,),
        identity="evidence@home",
        stamped=True,
    )
    return dataclasses.replace(pack, **changed)  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_texts_are_whole_in_every_language(language: str) -> None:
    """Nothing is left to be filled in, the commands are the same, and what isn't there isn't told of."""
    text = how_to_check(language, facts()).decode()
    commands = re.findall(r"^    \S.*", text, re.MULTILINE)
    assert len(commands) == 6
    assert commands == re.findall(r"^    \S.*", how_to_check("en", facts()).decode(), re.MULTILINE)
    assert "$" not in text
    assert "ab" * 32 in text
    bare = how_to_check(language, facts(identity="", stamped=False, first=1)).decode()
    assert "MANIFEST.sig" not in bare
    assert "MANIFEST.tsr" not in bare
    assert "ab" * 32 not in bare
    for asked in ("week", "company", "calls"):
        told = summary(language, facts(asked=asked)).decode()
        assert "Ben & $Jerry ${x}" in told
        assert "cd" * 32 in told
        assert all(len(line) <= 200 for line in told.splitlines())


@pytest.mark.parametrize("language", LANGUAGES)
def test_how_what_was_taken_over_is_checked_is_told_whole(language: str) -> None:
    """Each field that has to be put back is named, a correction's and those of what was taken over twice too."""
    text = how_to_check(language, facts(taken_over=TakenOver(7, 2, ("ledger-kept-x",)))).decode()
    assert "ledger-kept-x" in text
    for field in ("taken_over", "link", "verifies", "salt", "entry", "earlier"):
        assert re.search(rf"[“„]{field}[”“]|« {field} »", " ".join(text.split())), field


def test_strange_texts_in_a_summary_stay_what_they_are() -> None:
    """A company's name with a dollar sign, or with a line end, fills nothing in and makes no row of its own."""
    content = Fact(EntryKind.CONTRACT, company="x", said_company="$first\nrow").entry(local("2026-11-17 09:00"), "Anna")
    assert "$first␊row" in summary("en", facts(file=((4, content),))).decode()


def test_names_of_proofs_are_harmless() -> None:
    """Whatever a file was called, its name in a pack is one that MANIFEST and every shell can take."""
    name = pack_files.proof_name("ab" * 32, "../Brief an “Müller” $(rm).pdf")
    assert re.fullmatch(r"proofs/(ab){32}-[A-Za-z0-9._-]+\.pdf", name)
    assert len(pack_files.proof_name("ab" * 32, "x" * 300)) < 160


def give_up(out: Path, *, zipped: bool) -> None:
    """Build a pack, and let it fail at the last moment."""
    with pack_files.building(out, zipped=zipped) as files:
        files.add("contents/1", b"{}\n")
        files.manifest()
        files.finish()
        raise UsageError("no more")


def test_a_pack_that_fails_leaves_nothing(tmp_path: Path) -> None:
    """Whatever goes wrong on the way, neither the folder nor what was built beside it is there."""
    for zipped in (False, True):
        with pytest.raises(UsageError, match="no more"):
            give_up(tmp_path / "x", zipped=zipped)
        assert list(tmp_path.iterdir()) == []


FILL = """
import sys
from pathlib import Path
from blocker.errors import UsageError
from blocker.evidence.pack_files import building
try:
    with building(Path(sys.argv[1]) / "pack", zipped=sys.argv[2] == "zip") as files:
        for n in range(1_000):
            files.add(f"contents/{n}", bytes(10_000))
        files.finish()
        files.publish()
except UsageError as error:
    print(error)
"""


@needs(why_no_mount)
@pytest.mark.parametrize("form", ["folder", "zip"])
def test_a_full_disk_leaves_nothing(tmp_path: Path, form: str) -> None:
    """The message says so, and what was written is taken away again."""
    script = 'mount -t tmpfs -o size=2m tmpfs "$0" && "$1" -c "$2" "$0" "$3" && ls -A "$0"'
    command = ["unshare", "--mount", "sh", "-ec", script, str(tmp_path), sys.executable, FILL, form]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ)

    assert "No space left on device" in done.stdout
    assert len(done.stdout.splitlines()) == 1, done.stdout
