"""Promises about time-stamps: a token of what was asked, from a real authority, or the reason why not."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest
from fakes.authority import LocalAuthority, check
from hypothesis import given
from hypothesis import strategies as st

from blocker.errors import StampError
from blocker.evidence import stamping
from blocker.evidence.stamping import check_token, read_certificates, stamp
from blocker.evidence_config import Authority

DATA = b"evidence-ledger-1 5 " + b"ab" * 32 + b"\n"


@pytest.fixture
def authority(tmp_path: Path) -> LocalAuthority:
    """One that means well."""
    return LocalAuthority(tmp_path / "authority")


async def test_a_token_is_had_and_verifies_with_the_public_command(authority: LocalAuthority, tmp_path: Path) -> None:
    """`openssl ts -verify` finds it good for the data, and for nothing else; the time is the authority's."""
    async with authority.serving() as configured:
        token = await stamp(configured, DATA)
    assert check(tmp_path, DATA, token.reply, authority.root)
    assert not check(tmp_path, DATA + b"\n", token.reply, authority.root)
    assert abs(token.gen_time - datetime.now(UTC)) < timedelta(minutes=5)
    assert token.certificates == authority.root.read_text()


@pytest.mark.parametrize(
    ("mood", "why"),
    [
        ("hangs", "didn't answer within 0.5 s"),
        ("fails", "HTTP status 500"),
        ("moves", "sends us on to http://127.0.0.1:9/elsewhere"),
        ("talks on", "longer than"),
        ("says nonsense", "no RFC 3161 reply"),
        ("refuses", "asked and said: rejected, “Bad request"),
        ("stamps something else", "of other bytes"),
        ("forgets the nonce", "answer to another question"),
    ],
)
async def test_what_is_no_token_of_ours_says_why(authority: LocalAuthority, mood: str, why: str) -> None:
    """An authority that fails in any way gives an error with its address and the reason, in bounded time."""
    authority.mood = mood
    with patch.object(stamping, "SECONDS", 0.5 if mood == "hangs" else 15):
        async with authority.serving() as configured:
            with pytest.raises(StampError, match=f"http://127.0.0.1:.*no time-stamp: .*{why}"):
                await stamp(configured, DATA)


async def test_nobody_there_is_told() -> None:
    """An address at which nothing listens."""
    with pytest.raises(StampError, match="can't be asked"):
        await stamp(Authority("http://127.0.0.1:1/"), DATA)


async def test_a_clock_far_from_ours_is_told(authority: LocalAuthority) -> None:
    """One of the two must be wrong, and somebody has to look which."""
    async with authority.serving() as configured:
        with pytest.raises(StampError, match=r"one of the two clocks is wrong"):
            await stamp(configured, DATA, lambda: datetime(2020, 1, 1, tzinfo=UTC))


async def test_a_signer_whom_nobody_vouches_for_is_refused(authority: LocalAuthority, tmp_path: Path) -> None:
    """Another authority's root, a certificate that had expired when it signed; without certificates it isn't known."""
    other = LocalAuthority(tmp_path / "other")
    async with authority.serving() as configured:
        with pytest.raises(StampError, match=r"isn't vouched for .*certificate"):
            await stamp(Authority(configured.url, other.root), DATA)
        token = await stamp(Authority(configured.url), DATA)
    assert token.certificates is None
    assert not check_token(token.reply, DATA, None).vouched
    late = LocalAuthority(tmp_path / "late", (timedelta(-30), timedelta(-1)))
    async with late.serving() as configured:
        with pytest.raises(StampError, match="certificate has expired"):
            await stamp(configured, DATA)


async def test_a_signer_that_keeps_its_certificate_needs_it_configured(authority: LocalAuthority) -> None:
    """An answer without certificates is checked by those in the file, where the signer's own is among them."""
    authority.mood = "keeps its certificate"
    chain = authority.folder / "chain.pem"
    chain.write_text(authority.root.read_text() + (authority.folder / "signer.pem").read_text())
    async with authority.serving() as configured:
        with pytest.raises(StampError, match=r"isn't vouched for .*signer certificate not found"):
            await stamp(configured, DATA)
        token = await stamp(Authority(configured.url, chain), DATA)
    assert check_token(token.reply, DATA, token.certificates).vouched


async def test_a_certificate_that_expires_later_vouches_for_what_it_signed(
    authority: LocalAuthority, tmp_path: Path
) -> None:
    """The token is judged at its own time; `openssl` has to be told that time, or it refuses."""
    async with authority.serving() as configured:
        token = await stamp(configured, DATA)
    checked = check_token(token.reply, DATA, token.certificates)
    assert checked.signer_until is not None
    later = str(int((checked.signer_until + timedelta(days=1)).timestamp()))
    then = str(int(token.gen_time.timestamp()))
    assert not check(tmp_path, DATA, token.reply, authority.root, "-attime", later)
    assert check(tmp_path, DATA, token.reply, authority.root, "-attime", then)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (None, "can't be read: No such file"),
        ("", "no certificates in PEM form"),
        ("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "no certificates in PEM form"),
        ("é", "isn't PEM text"),
        ("A" * 200_000, "more than"),
        ("signer", "holds no root certificate"),
    ],
)
async def test_certificates_that_cannot_be_used_are_told_before_anybody_is_asked(
    authority: LocalAuthority, tmp_path: Path, text: str | None, why: str
) -> None:
    """A file that isn't there, isn't PEM, or has no root; the message names it."""
    path = tmp_path / "certificates.pem"
    if text is not None:
        path.write_text((authority.folder / "signer.pem").read_text() if text == "signer" else text)
    async with authority.serving() as configured:
        with pytest.raises(StampError, match=f"certificates.pem: .*{why}"):
            await stamp(Authority(configured.url, path), DATA)
    assert authority.asked == 0
    assert read_certificates(None) is None


async def test_without_the_library_nobody_is_asked(authority: LocalAuthority) -> None:
    """The extra isn't installed: the message says what to install."""
    async with authority.serving(vouched=False) as configured:
        with patch.dict("sys.modules", {"rfc3161_client": None}), pytest.raises(StampError, match=r"pip install"):
            await stamp(configured, DATA)
    assert authority.asked == 0


@given(st.binary(max_size=300))
def test_any_answer_is_a_token_or_an_error_of_ours(reply: bytes) -> None:
    """Bytes of a stranger never raise anything else."""
    with pytest.raises(StampError):
        check_token(reply, DATA, None)


async def test_a_token_with_any_byte_changed_is_refused_or_the_same(authority: LocalAuthority) -> None:
    """No change of a byte makes a token of other bytes, or raises anything but our error."""
    async with authority.serving() as configured:
        token = await stamp(configured, DATA)
    for place in range(0, len(token.reply), 7):
        changed = bytearray(token.reply)
        changed[place] ^= 0x5A
        try:
            checked = check_token(bytes(changed), DATA, token.certificates)
        except StampError:
            continue
        assert checked.gen_time == token.gen_time
