"""Promises about publishing a list: who counts, which version it is, and that public tools can check every word."""

import asyncio
import hashlib
import subprocess
from datetime import date, timedelta
from pathlib import Path

import pytest
from fakes.published import NAME, Club

from blocker.core.community import Rated
from blocker.core.listing import Target
from blocker.core.merged_reports import Rectified
from blocker.core.signed_text import split
from blocker.core.snapshot import decode
from blocker.core.snapshot_manifest import MANIFEST, NAMESPACE, Manifest, identity, parse
from blocker.errors import ConfigError, SourceError, UsageError
from blocker.publishroom import publish
from blocker.store.list_workshop import ListWorkshop

ONE, TWO, THREE = "+3225551234", "+33199001234", "+441632960123"


@pytest.fixture
async def club(tmp_path: Path) -> Club:
    made = Club(tmp_path)
    await made.begin()
    return made


def present(club: Club) -> Manifest:
    return parse(split((club.out / MANIFEST).read_bytes(), MANIFEST).text)


def items(club: Club) -> list[Rated]:
    file, _ = decode((club.out / present(club).whole.path).read_bytes())
    return list(file.items())


def listed(club: Club) -> dict[str, int]:
    return {item.target.text: item.votes for item in items(club)}


async def test_a_number_needs_enough_households(club: Club) -> None:
    """Only what enough different households told of is listed, however often one of them tells it."""
    await club.told(0, [ONE, TWO])
    await club.told(1, [ONE])
    (club.folder / "reports" / "again.report").write_bytes(await club.members[0].report([ONE, TWO]))
    await club.publish()
    assert listed(club) == {ONE: 2}


async def test_a_report_taken_back(club: Club) -> None:
    """A household's later report takes the place of its earlier one, and what too few still tell leaves the list."""
    await club.version(ONE, TWO)
    await club.told(1, [ONE])
    done = await club.publish()
    assert listed(club) == {ONE: 2}
    assert (done.new, done.gone, done.manifest.version) == (0, 1, 2)


async def test_numbers_run_out(club: Club) -> None:
    """A number that nobody reports anew leaves the list after the weeks that its publisher set."""
    await club.version(ONE)
    club.clock.pass_time(timedelta(weeks=7))
    assert (await club.publish()).manifest.numbers == 1
    club.clock.pass_time(timedelta(weeks=1))
    assert (await club.publish()).manifest.numbers == 0


async def test_rectified_numbers_leave_at_once(club: Club) -> None:
    """A number that somebody had taken off isn't listed, however many report it, until the day that was set."""
    (club.folder / "rectified.txt").write_text(f"{ONE} # holder asked\n+3319900* until 2026-12-01\n")
    await club.version(ONE, TWO, THREE)
    assert listed(club) == {THREE: 2}
    (club.folder / "rectified.txt").write_text(f"{ONE}\n+3319900* until 2026-11-21\n")
    await club.version(ONE, TWO, THREE)
    assert listed(club) == {THREE: 2, TWO: 2}


def test_what_a_rectification_covers() -> None:
    """A prefix covers what begins so, a number itself alone, and both end before the day that was set."""
    whole, prefix = Rectified(Target(ONE)), Rectified(Target("+3225", is_prefix=True), date(2026, 12, 1))
    today = date(2026, 11, 30)
    assert whole.covers(Target(ONE), today)
    assert not whole.covers(Target(ONE + "5"), today)
    assert prefix.covers(Target(ONE), today)
    assert not prefix.covers(Target(ONE), today + timedelta(days=1))


async def test_reports_that_do_not_count(club: Club) -> None:
    """Reports of strangers, forged, changed, for another list or of a web page are named with why, and don't count."""
    strange, other = club.members[2], club.members[1]
    lines = (club.folder / "reporters").read_text().splitlines(keepends=True)
    (club.folder / "reporters").write_text("".join(lines[:3]))
    good = await other.report([ONE])
    files = {
        "stranger": await strange.report([ONE]),
        "forged": (await strange.report([ONE])).replace(strange.reporter.encode(), other.reporter.encode()),
        "changed": good.replace(b"01", b"02").replace(ONE.encode(), TWO.encode()),
        "other-list": await other.report([ONE], name="other-club"),
        "page": b"<html>404</html>",
        "huge": good + b"x" * 600_000,
        "short-code": await other.report([ONE, "+112"]),
        "to-come": await other.report([ONE], week="2026-W49"),
    }
    for name, raw in files.items():
        (club.folder / "reports" / f"{name}.report").write_bytes(raw)
    await club.told(0, [ONE])
    done = await club.publish()
    assert sorted(one.partition(".")[0] for one in done.refused) == sorted(files)
    assert any("line 5 (“number +112 " in one for one in done.refused), "the line is the one that is wrong"
    assert (done.members, listed(club)) == (1, {})


async def test_one_key_is_one_voice(club: Club) -> None:
    """A key can't have a second voice under another name: the name in the file of reporters must be its own."""
    lines = (club.folder / "reporters").read_text()
    (club.folder / "reporters").write_text(
        lines + lines.splitlines()[1].replace(club.members[0].reporter[:6], "abcdef")
    )
    with pytest.raises(ConfigError, match=r"reporters:5: its name doesn't belong to its key"):
        await club.publish()


async def test_public_tools_check_all_of_it(club: Club, tmp_path: Path) -> None:
    """sed, ssh-keygen and sha256sum alone find that a list is its publisher's, as docs/spec/snapshot.md says."""
    await club.version(ONE)
    await club.version(ONE, TWO)
    script = f"""
      set -e
      sed -n '/^-----BEGIN/,$p' {MANIFEST} > {tmp_path}/signature
      sed '/^-----BEGIN/,$d' {MANIFEST} | sed '$d' | ssh-keygen -Y verify -f {club.signers} \\
          -I {identity(NAME)} -n {NAMESPACE} -s {tmp_path}/signature
      sed -nE 's,^(whole|delta) ([0-9a-f]+) .*,\\2  files/\\2.list,p' {MANIFEST} | sha256sum -c
    """
    shell = ["sh", "-c", script]
    ran = await asyncio.to_thread(subprocess.run, shell, cwd=club.out, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count(": OK") == len(present(club).deltas) + 1


async def test_versions_and_deltas(club: Club) -> None:
    """Each change is a version with a file of what changed; what changes nothing is signed anew for longer."""
    many = [f"+32255500{place:02}" for place in range(60)]
    await club.version(*many)
    first = present(club)
    await club.version(*many, ONE)
    second = present(club)
    club.clock.pass_time(timedelta(days=1))
    await club.publish()
    third = present(club)
    assert [each.version for each in (first, second, third)] == [1, 2, 2]
    assert [len(each.deltas) for each in (first, second, third)] == [0, 1, 1]
    assert third.expires - second.expires == timedelta(days=1)
    change, _ = decode((club.out / second.deltas[0].path).read_bytes())
    assert [item.target.text for item in change.items()] == [ONE]


async def test_files_of_the_version_before_stay_for_who_is_fetching(club: Club) -> None:
    """The files of this version and of the one before are there, and older ones go."""
    for place in range(3):
        await club.version(*(f"+32255500{at:02}" for at in range(place + 1)))
    before = present(club)
    await club.version(ONE)
    now = present(club)
    names = {piece.path for each in (before, now) for piece in (each.whole, *each.deltas)}
    assert {f"files/{path.name}" for path in (club.out / "files").iterdir()} == names
    for path in (club.out / "files").iterdir():
        assert hashlib.sha256(path.read_bytes()).hexdigest() == path.stem


async def test_what_a_crash_left_goes_and_what_others_put_there_stays(club: Club) -> None:
    """Half a file of a list goes with the next version; whatever else lies in the folder stays."""
    await club.version(ONE)
    half, strange = club.out / "files" / f"{'ab' * 32}.list.part", club.out / "files" / "their.list"
    for path in (half, strange):
        path.write_text("?")
    await club.version(ONE, TWO)
    assert not half.exists()
    assert strange.exists()


@pytest.mark.parametrize("out", [".", "..", "keys", "reports", "reports/2026", "../link"])
async def test_keys_and_reports_are_never_served(club: Club, out: str) -> None:
    """No list is published where whoever serves it would serve the publisher's key or the members' reports too."""
    (club.folder.parent / "link").symlink_to(club.folder, target_is_directory=True)
    before = sorted(club.folder.rglob("*"))
    with pytest.raises(UsageError, match="the publisher's key or the members' reports"):
        await publish(club.folder, club.folder / out)
    assert sorted(club.folder.rglob("*")) == before


async def test_two_do_not_publish_at_once(club: Club) -> None:
    """Who publishes while somebody else does is told so: of two versions made at once one would lack its files."""
    with (
        ListWorkshop(club.folder).publishing(club.out),
        pytest.raises(UsageError, match="somebody publishes from it just now"),
    ):
        await publish(club.folder, club.out)
    assert not club.out.exists()
    await publish(club.folder, club.out)
    assert present(club).version == 1


async def test_a_lost_folder_never_gives_a_version_twice(club: Club, tmp_path: Path) -> None:
    """Where the published folder is lost, or an old copy was put back, the next version is still a new one.

    And since when a number of that copy is listed is still known.
    """
    await club.version(ONE)
    (since,) = (item.listed_since for item in items(club))
    club.out.rename(tmp_path / "copy")
    await club.version(ONE, TWO)
    assert present(club).version == 2
    for path in club.out.rglob("*.*"):
        path.unlink()
    (club.out / "files").rmdir()
    club.out.rmdir()
    (tmp_path / "copy").rename(club.out)
    club.clock.pass_time(timedelta(weeks=2))
    await club.version(ONE, TWO)
    assert (present(club).version, present(club).deltas) == (3, ())
    weeks = {item.target.text: item.listed_since for item in items(club)}
    assert weeks[ONE] == since != weeks[TWO]


async def test_a_folder_that_somebody_changed(club: Club) -> None:
    """What isn't as it was published is never gone on from: neither another manifest nor another file."""
    await club.version(ONE)
    manifest = (club.out / MANIFEST).read_bytes()
    (club.out / MANIFEST).write_bytes(manifest.replace(b"CC-BY", b"CC-BX"))
    with pytest.raises(SourceError, match="didn't sign"):
        await club.publish()
    (club.out / MANIFEST).write_bytes(manifest)
    (club.out / present(club).whole.path).write_bytes(b"something else")
    with pytest.raises(SourceError, match="was changed"):
        await club.publish()


async def test_faults_of_the_folder_are_all_told(club: Club) -> None:
    """Whatever is wrong in the publisher's own files is told at once, by file and line."""
    (club.folder / "list.toml").write_text('name = "Our Club"\nlicence = "CC0-1.0"\nreporters = 1\nweek = 3\n')
    (club.folder / "rectified.txt").write_text(
        "# people who asked\n0255\n+3225551234 till monday\n+3225551234 until 2026\n"
    )
    with pytest.raises(ConfigError) as told:
        await club.publish()
    places = [str(fault).partition(": ")[0].rpartition("/")[2] for fault in told.value.faults]
    settings = ["list.toml", *(f"list.toml:{line}" for line in (1, 3, 4))]
    assert sorted(places) == settings + [f"rectified.txt:{line}" for line in (2, 3, 4)]
    (club.folder / "list.toml").unlink()
    with pytest.raises(UsageError, match=r"no list\.toml"):
        await club.publish()
