"""When lists are asked for, what the configuration changes of them, and what is unpacked how far."""

import gzip
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from backports import zstd
from hypothesis import given
from hypothesis import strategies as st

from blocker.config import load_config
from blocker.core.list_schedule import MONTH, after_failure, after_good, at_start, failed, good, planned
from blocker.core.list_source import Kind, ListSource, SourceState
from blocker.errors import ConfigError, SourceError, UnfitError
from blocker.sources_config import in_force
from blocker.unpacking import Unpacker

NOW = datetime(2026, 11, 17, 8, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
chances = st.floats(0, 1, exclude_max=True)
SOURCE = ListSource("sellers", "", "https://lists.example/", "csv", refresh=DAY)


@given(chances)
def test_a_daily_list_is_asked_for_after_23_to_25_hours(chance: float) -> None:
    """Neither more often than its publisher wants nor always at the same time."""
    assert 23 * HOUR <= after_good(DAY, NOW, chance) - NOW <= 25 * HOUR


@given(chances, st.timedeltas(timedelta(), timedelta(days=90)), st.timedeltas(timedelta(), timedelta(days=90)))
def test_a_failing_list_is_tried_ever_more_seldom(chance: float, for_so_long: timedelta, wanted: timedelta) -> None:
    """After an hour at least, about once a day at last, and never sooner than its server wants within a week."""
    wait = after_failure(DAY, NOW - for_so_long, NOW, chance, wanted=wanted) - NOW
    assert wait >= max(HOUR, min(for_so_long, DAY), min(wanted, timedelta(weeks=1)))
    assert wait <= max(DAY, min(wanted, timedelta(weeks=1))) * 25 / 24


def test_what_downtime_missed_is_spread_and_what_is_planned_stays() -> None:
    """A new list comes within seconds, overdue ones within the hour, and a restart makes no list come sooner."""
    later = NOW + 5 * HOUR
    assert at_start(SOURCE, SourceState(tried_at=NOW, next_at=later), NOW, 0.5) == later
    due = SourceState(tried_at=NOW, next_at=NOW - DAY)
    overdue = [at_start(SOURCE, due, NOW, chance) - NOW for chance in (0, 0.5, 0.99)]
    assert timedelta(minutes=1) < overdue[0] < overdue[1] < overdue[2] <= HOUR
    assert at_start(SOURCE, SourceState(), NOW, 0.99) - NOW < timedelta(seconds=10)


@given(chances, st.timedeltas(HOUR, timedelta(days=90)), st.timedeltas(timedelta(), timedelta(days=90)))
def test_a_time_that_only_a_wrong_clock_can_have_set_is_not_waited_for(
    chance: float, refresh: timedelta, wanted: timedelta
) -> None:
    """Each time that a try puts is kept, up to its last moment; one some days or years later is as none."""
    source = replace(SOURCE, refresh=refresh)
    times = after_good(refresh, NOW, chance), after_failure(refresh, NOW - DAY, NOW, chance, wanted=wanted)
    assert [planned(source, SourceState(next_at=when), NOW) for when in times] == [*times]
    for wrong in (79 * 365 * DAY, max(refresh, timedelta(weeks=1)) + 3 * DAY + refresh / 24):
        astray = SourceState(tried_at=NOW, next_at=NOW + wrong, failing_since=NOW)
        assert planned(source, astray, NOW) is None
        assert at_start(source, astray, NOW, chance) - NOW <= HOUR


def test_stale_begins_with_the_first_failure_and_ends_with_the_next_success() -> None:
    """The first failure says since when; what was good stays remembered; a success forgets the failure."""
    had = good(SOURCE, SourceState(etag="x", entries=3), NOW, 0.5)
    once = failed(SOURCE, had, NOW + DAY, 0.5, SourceError("down"))
    twice = failed(SOURCE, once, NOW + 2 * DAY, 0.5, SourceError("down"))
    assert (had.stale, once.stale, once.error) == (False, True, "down")
    assert (twice.failing_since, twice.good_at, twice.etag, twice.entries) == (NOW + DAY, NOW, "x", 3)
    assert not good(SOURCE, twice, NOW + 3 * DAY, 0.5).stale


@pytest.mark.parametrize("chance", [0.0, 0.999])
def test_a_whole_list_that_could_not_be_used_is_left_alone_for_a_month(chance: float) -> None:
    """PhoneBlock's publisher asks for that; neither a restart nor a try by hand that fails brings it nearer."""
    source = replace(SOURCE, kind=Kind.PHONEBLOCK)
    unfit = failed(source, SourceState(), NOW, chance, UnfitError("it has 2 items"))
    again = failed(source, unfit, NOW + DAY, chance, SourceError("down"))
    for state, now in ((unfit, NOW + DAY), (again, NOW + 2 * DAY)):
        assert at_start(source, state, now, chance) == state.next_at
        assert state.next_at is not None
        assert MONTH <= state.next_at - NOW <= MONTH * 25 / 24
    usual = failed(SOURCE, SourceState(), NOW, chance, UnfitError("it has 2 items")).next_at
    assert usual is not None
    assert usual < NOW + DAY


def configured(folder: Path, text: str) -> dict[str, ListSource]:
    """The lists that a configuration makes of one that comes with the program."""
    path = folder / "blocker.toml"
    path.write_text(f'region = "BE"\n{text}')
    sources, faults = in_force({"sellers": SOURCE}, load_config(path, {"HOME": "/home/anna"}, ["reject"]).sources)
    assert not faults, faults
    return sources


def test_a_setting_changes_what_it_names(tmp_path: Path) -> None:
    """The rest of it stays as its file has it; a list of one's own is on, and needs an origin."""
    assert configured(tmp_path, "")["sellers"] == SOURCE
    changed = configured(tmp_path, '[sources.sellers]\ntoken_file = "token"\nrefresh_hours = 48\n')["sellers"]
    assert (changed.on, changed.refresh, changed.origin) == (False, 2 * DAY, SOURCE.origin)
    assert configured(tmp_path, "[sources.sellers]\non = true\n")["sellers"].on
    assert changed.token_file == str(tmp_path / "token")
    own = configured(tmp_path, '[sources.mine]\norigin = "mine.txt"\nkind = "snapshot"\n')["mine"]
    assert (own.origin, own.kind, own.on) == (str(tmp_path / "mine.txt"), Kind.SNAPSHOT, True)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('[sources.x]\norigin = "ftp://lists.example/"', "is no address of a list"),
        ('[sources.x]\norigin = "https://me:secret@lists.example/"', "a password in an address"),
        ('[sources.x]\nform = "xlsx"', "form can't be “xlsx”"),
        ("[sources.x]\nrefresh_hours = 0", "outside 1 to 2160"),
        ('[sources."X y"]\non = true', "can't name a list"),
        ('[sources.x]\ntokenfile = "a"', "did you mean “token_file”"),
    ],
)  # fmt: skip
def test_what_can_t_stand_in_a_setting(tmp_path: Path, text: str, says: str) -> None:
    """A mistake in the configuration is said as any other there."""
    with pytest.raises(ConfigError, match=says):
        configured(tmp_path, text)


def unpacked(packed: bytes, step: int = 7, limit: int = 1 << 20) -> bytes:
    unpacker, out = Unpacker("it", limit), b""
    for start in range(0, len(packed), step):
        out += b"".join(unpacker.feed(packed[start : start + step]))
    return out + b"".join(unpacker.finish())


@given(st.binary(max_size=200), st.integers(1, 50))
def test_what_is_packed_comes_out_however_it_arrives(raw: bytes, step: int) -> None:
    """In whatever pieces, also several behind each other; what isn't packed comes as it is."""
    assert unpacked(gzip.compress(raw), step) == unpacked(zstd.compress(raw), step) == raw
    assert unpacked(gzip.compress(raw) + gzip.compress(b"more"), step) == raw + b"more"
    if not Unpacker.is_packed(raw):
        assert unpacked(raw, step) == raw


@given(st.binary(max_size=300), st.sampled_from([b"", b"\x1f\x8b\x08\x00", b"\x28\xb5\x2f\xfd"]))
def test_any_bytes_are_unpacked_or_our_error(raw: bytes, head: bytes) -> None:
    """Damaged packings are told, and nothing else happens."""
    try:
        unpacked(head + raw)
    except SourceError as error:
        assert "it " in str(error)


@pytest.mark.parametrize("pack", [gzip.compress, zstd.compress])
def test_nothing_grows_without_end(pack: object) -> None:
    """A few bytes that would become many are refused, by size and by how much they grow."""
    assert callable(pack)
    with pytest.raises(SourceError, match="more than 1000 bytes"):
        unpacked(pack(bytes(5000)), limit=1000)
    with pytest.raises(SourceError, match="grows more than 200 times"):
        unpacked(pack(bytes(30_000_000)), step=65536, limit=1 << 30)
    if pack is zstd.compress:
        packer = zstd.ZstdCompressor(options={zstd.CompressionParameter.window_log: 27})
        widely = packer.compress(bytes(100)) + packer.flush()
        with pytest.raises(SourceError, match="takes too much memory"):
            unpacked(widely)
    with pytest.raises(SourceError, match="in the middle"):
        unpacked(pack(b"+3225551234\n" * 20)[:-4])
