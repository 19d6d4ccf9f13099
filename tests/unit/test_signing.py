"""Promises about signatures: by the real ssh-keygen, never by asking for a passphrase, and clear where it can't be."""

import asyncio
import stat
from pathlib import Path

import pytest
from fakes.ssh import agent_with, check, lock_key, make_key

from blocker.errors import SigningError
from blocker.evidence import signing
from blocker.evidence.signing import OWN_KEY, Signer, allowed_signers_line, verify

SEALS, PACKS = "ledger-head@blocker", "evidence-pack@blocker"
DATA = b"evidence-ledger-1 5 " + b"ab" * 32 + b"\n"
WHO = "evidence@home"


def own(folder: Path) -> Signer:
    return Signer(None, folder / "keys", WHO)


async def test_a_key_of_ones_own_is_made_on_first_use_for_its_owners_eyes_only(tmp_path: Path) -> None:
    """The first use makes it, mode 0600 in a folder of mode 0700, and nothing else stays there."""
    await own(tmp_path).ready()
    keys = tmp_path / "keys"
    assert sorted(path.name for path in keys.iterdir()) == [OWN_KEY, f"{OWN_KEY}.pub"]
    assert stat.S_IMODE((keys / OWN_KEY).stat().st_mode) == 0o600
    assert stat.S_IMODE(keys.stat().st_mode) == 0o700


async def test_a_key_that_is_there_is_never_replaced(tmp_path: Path) -> None:
    """However often and by how many at once it is used, the key stays; so after a crash that left half of a making."""
    (tmp_path / "keys" / "being-made").mkdir(parents=True, mode=0o700)
    (tmp_path / "keys" / "being-made" / OWN_KEY).write_text("half a key")
    first = own(tmp_path)
    keys = await asyncio.gather(*(first.public_key() for _ in range(3)))
    (tmp_path / "keys" / f"{OWN_KEY}.pub").unlink()  # a crash came between the two halves
    assert {*keys, await own(tmp_path).public_key()} == {keys[0]}


async def test_a_private_key_that_is_gone_is_told_and_no_new_one_made(tmp_path: Path) -> None:
    """Its public half is there: somebody lost a key, and the household decides what then."""
    await own(tmp_path).ready()
    (tmp_path / "keys" / OWN_KEY).unlink()
    with pytest.raises(SigningError, match=r"the private key is gone.*put it back.*or.*move .*\.pub away"):
        await own(tmp_path).sign(DATA, SEALS)
    assert not (tmp_path / "keys" / OWN_KEY).exists()


async def test_what_it_signs_verifies_with_the_public_command(tmp_path: Path) -> None:
    """`ssh-keygen -Y verify` with the line of `allowed_signers` finds the signature good."""
    signer = own(tmp_path)
    (tmp_path / "signature").write_text(await signer.sign(DATA, SEALS))
    (tmp_path / "allowed_signers").write_text(signer.allowed_signers([SEALS, PACKS]))
    assert 'Good "ledger-head@blocker" signature for evidence@home' in check(tmp_path, DATA, WHO, SEALS)


async def test_a_signature_of_or_for_something_else_says_so(tmp_path: Path) -> None:
    """Another purpose, another head, another key, another name, nonsense: each has its sentence."""
    signer = own(tmp_path)
    good, packs = await signer.sign(DATA, SEALS), await signer.sign(DATA, PACKS)
    both, seals_only = signer.allowed_signers([SEALS, PACKS]), signer.allowed_signers([SEALS])
    other = Signer(make_key(tmp_path / "other"), tmp_path, WHO)
    await other.ready()
    assert await verify(good, DATA, both, WHO, SEALS) == ""
    for signature, data, allowed, who, purpose, why in (
        (packs, DATA, both, WHO, SEALS, "it was made for another purpose"),
        (packs, DATA, seals_only, WHO, PACKS, "its key may not sign for this purpose"),
        (good, DATA + b"\n", both, WHO, SEALS, "it is a signature of something else"),
        (good, DATA, other.allowed_signers([SEALS]), WHO, SEALS, "it is by another key, or in another name"),
        (good, DATA, both, "thief@home", SEALS, "it is by another key, or in another name"),
        ("nonsense", DATA, both, WHO, SEALS, "it is no signature of ssh-keygen"),
        ("", DATA, both, WHO, SEALS, "it is no signature of ssh-keygen"),
        (good.replace("U1NIU0lH", "AAAA"), DATA, both, WHO, SEALS, "it is no signature of ssh-keygen"),
        ("\udc80", DATA, both, WHO, SEALS, "it is no signature of ssh-keygen"),
    ):
        assert await verify(signature, data, allowed, who, purpose) == why


async def test_a_key_that_cannot_sign_says_why_and_asks_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not there, open to others, with a passphrase, only its public half, none at all, mixed up: each is explained."""
    monkeypatch.delenv("SSH_AUTH_SOCK", raising=False)
    readable = make_key(tmp_path / "readable")
    readable.chmod(0o644)
    public = make_key(tmp_path / "public")
    public.unlink()
    (tmp_path / "text").write_text("no key\n")
    mixed, other = make_key(tmp_path / "mixed"), make_key(tmp_path / "else")
    mixed.with_name("mixed.pub").write_text(other.with_name("else.pub").read_text())
    for key, why in (
        (tmp_path / "absent", "this key isn't there"),
        (readable, "others may read it.*chmod 600"),
        (make_key(tmp_path / "locked", "secret"), "it has a passphrase.*ssh-agent"),
        (tmp_path / "public.pub", "neither beside it nor in an ssh-agent"),
        (tmp_path / "text", "nothing can be signed with this key"),
        (mixed, "belongs to another key"),
    ):
        with pytest.raises(SigningError, match=why) as raised:
            await Signer(key, tmp_path, WHO).sign(DATA, SEALS)
        assert str(key) in str(raised.value)


@pytest.mark.parametrize("named", ["key.pub", "key"])
async def test_a_key_that_an_agent_holds_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: str) -> None:
    """Named by its public half, or by its private one that has a passphrase; a hardware token works the same way."""
    key = make_key(tmp_path / "key")
    with agent_with(key) as socket:
        monkeypatch.setenv("SSH_AUTH_SOCK", socket)
        lock_key(key, "secret")
        signer = Signer(tmp_path / named, tmp_path, WHO)
        signature = await signer.sign(DATA, SEALS)
    assert await verify(signature, DATA, signer.allowed_signers([SEALS]), WHO, SEALS) == ""


@pytest.mark.parametrize(
    ("script", "why"),
    [
        (None, "there is no ssh-keygen.*install"),
        ("echo 'unknown option -- Y' >&2; exit 1", "too old.*8.2"),
        ("echo 'Segmentation fault' >&2; exit 139", "says “Segmentation fault”"),
        ("exec sleep 60", "didn't end within"),
        ("echo nonsense; exit 0", "doesn't verify"),
    ],
)
async def test_an_ssh_keygen_that_fails_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str | None, why: str
) -> None:
    """None there, an old one, one that crashes, hangs or lies: an error of ours, in bounded time."""
    key = make_key(tmp_path / "key")
    programs = tmp_path / "bin"
    programs.mkdir()
    if script is not None:
        lies = "case $* in *verify*) exit 255;; esac; "
        (programs / "ssh-keygen").write_text(f"#!/bin/sh\n{lies}{script}\n")
        (programs / "ssh-keygen").chmod(0o755)
        (programs / "sleep").symlink_to("/usr/bin/sleep")
    monkeypatch.setenv("PATH", str(programs))
    monkeypatch.setattr(signing, "SECONDS", 0.5)
    with pytest.raises(SigningError, match=why):
        await Signer(key, tmp_path, WHO).sign(DATA, SEALS)


@pytest.mark.parametrize(
    ("identity", "key", "purposes"),
    [
        ("a@b\n*", "ssh-ed25519 " + "A" * 68, [SEALS]),
        ("*", "ssh-ed25519 " + "A" * 68, [SEALS]),
        (WHO, "ssh-ed25519 " + "A" * 68 + "\n", [SEALS]),
        (WHO, "cert-authority", [SEALS]),
        (WHO, "ssh-ed25519 " + "A" * 68, ['x" ']),
        (WHO, "ssh-ed25519 " + "A" * 68, []),
    ],
)
def test_a_line_for_allowed_signers_lets_nobody_else_in(identity: str, key: str, purposes: list[str]) -> None:
    """What stands in a ledger may have been put there by anybody: it can't make a second line, or a wild card."""
    with pytest.raises(SigningError, match="isn't written as"):
        allowed_signers_line(identity, key, purposes)
