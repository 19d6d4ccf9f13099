"""Promises about packs that somebody changed: each change is found, and the message says where."""

import asyncio
import os
import re
import shutil
import subprocess
import time
import zipfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from fakes.authority import LocalAuthority
from fakes.packs import as_a_forger, faults_in, made, verified
from fakes.ssh import make_key

from blocker.errors import UsageError
from blocker.evidence.pack_check import check

SEAL = "seals/000000022"
Tamper = Callable[[Path], object]


@pytest.fixture(scope="module")
def made_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A house with a pack, signed and stamped."""
    folder = tmp_path_factory.mktemp("house")
    asyncio.run(made(folder, LocalAuthority(folder / "authority")))
    return folder


@pytest.fixture
def house(made_once: Path, tmp_path: Path) -> Path:
    """A copy of it, to do harm to."""
    shutil.copytree(made_once, tmp_path / "house", symlinks=True, ignore=shutil.ignore_patterns("*.sock"))
    return tmp_path / "house"


def change(name: str, old: str, new: str) -> Tamper:
    """Write something else in a file, once."""

    def tamper(pack: Path) -> None:
        raw = (pack / name).read_bytes()
        assert old.encode() in raw
        (pack / name).write_bytes(raw.replace(old.encode(), new.encode(), 1))

    return tamper


def swap(one: str, other: str) -> Tamper:
    """Give two files each other's names."""

    def tamper(pack: Path) -> None:
        first, second = (pack / one).read_bytes(), (pack / other).read_bytes()
        assert first != second
        (pack / one).write_bytes(second)
        (pack / other).write_bytes(first)

    return tamper


def links(edit: Callable[[list[str]], list[str]]) -> Tamper:
    """Edit the lines of `links`."""

    def tamper(pack: Path) -> None:
        lines = (pack / "links").read_text().splitlines(keepends=True)
        (pack / "links").write_text("".join(edit(lines)))

    return tamper


def proof(pack: Path) -> None:
    """Change a byte of the letter."""
    (path,) = (pack / "proofs").iterdir()
    path.write_bytes(path.read_bytes().replace(b"objection", b"admission"))


def signed_again(namespace: str, key: str = "data/keys/evidence_ed25519") -> Tamper:
    """Sign MANIFEST anew, with a key of the house or a stranger's, for some purpose."""

    def tamper(pack: Path) -> None:
        path = pack.parent / key
        if not path.exists():
            make_key(path)
        (pack / "MANIFEST.sig").unlink()
        command = ["ssh-keygen", "-q", "-Y", "sign", "-f", str(path), "-n", namespace, "MANIFEST"]
        subprocess.run(command, cwd=pack, check=True)

    return tamper


def sealed_by_a_stranger(pack: Path) -> None:
    """Sign a head line with a stranger's key, and name that key as the household's."""
    key = make_key(pack.parent / "stranger")
    (pack / f"{SEAL}.sig").unlink()
    command = [
        "ssh-keygen",
        "-q",
        "-Y",
        "sign",
        "-f",
        str(key),
        "-n",
        "ledger-head@blocker",
        str(pack / f"{SEAL}.head"),
    ]
    subprocess.run(command, check=True)
    (pack / f"{SEAL}.head.sig").rename(pack / f"{SEAL}.sig")
    public = key.with_name("stranger.pub").read_text().strip()
    (pack / "seals/allowed_signers").write_text(f'evidence@home namespaces="ledger-head@blocker" {public}\n')


def stamped_by(valid: tuple[timedelta, timedelta]) -> Tamper:
    """Stamp MANIFEST anew by an authority whose certificate was valid from and until then, and trust it."""

    def tamper(pack: Path) -> None:
        authority = LocalAuthority(pack.parent / "other", valid)
        words = ["openssl", "ts", "-query", "-data", str(pack / "MANIFEST"), "-sha256", "-cert"]
        query = subprocess.run(words, check=True, capture_output=True).stdout
        (pack / "MANIFEST.tsr").write_bytes(asyncio.run(authority.reply(query)))
        shutil.copy(authority.root, pack / "tsa-chain.pem")

    return tamper


def cut_and_hidden(pack: Path) -> None:
    """Cut off the last link, and have `span` and MANIFEST say what is then there."""
    links(lambda lines: lines[:-1])(pack)
    lines = (pack / "links").read_text().splitlines()
    sums = subprocess.run(["sha256sum"], input=f"{lines[-1]}\n", check=True, capture_output=True, text=True).stdout
    span = (pack / "span").read_text()
    span = re.sub(r"last \d+", f"last {lines[-1].split()[0]}", span)
    (pack / "span").write_text(re.sub(r"head \w+", f"head {sums[:64]}", span))
    as_a_forger(pack)


def forged(tamper: Tamper) -> Tamper:
    """Do harm, and write MANIFEST anew over it."""

    def both(pack: Path) -> None:
        tamper(pack)
        as_a_forger(pack)

    return both


CONTENT, OTHER = "contents/000000009.json", "contents/000000013.json"
RESEALED = {"signature-wrong MANIFEST.sig", "stamp-wrong MANIFEST.tsr"}
TAMPERED: dict[str, tuple[Tamper, set[str]]] = {
    "a byte of a content": (
        change(CONTENT, "+3225550377", "+3225550378"),
        {f"file-changed {CONTENT}", f"content-changed {CONTENT}"},
    ),
    "a byte of a content, and MANIFEST over it": (
        forged(change(CONTENT, "+3225550377", "+3225550378")),
        {f"content-changed {CONTENT}"} | RESEALED,
    ),
    "a sum in a link": (
        links(lambda lines: [*lines[:7], lines[7][:-2] + ("1" if lines[7][-2] == "0" else "0") + "\n", *lines[8:]]),
        {"file-changed links", "chain-broken links, line 9 (entry 9)"},
    ),
    "a link is text": (
        links(lambda lines: [*lines[:7], "8 seven eight\n", *lines[8:]]),
        {"file-changed links", "link-malformed links, line 8 (entry 8)", "chain-broken links, line 9 (entry 9)"},
    ),
    "a link left out": (
        forged(links(lambda lines: lines[:7] + lines[8:])),
        {
            "link-missing links, line 8",
        }
        | RESEALED,
    ),
    "links cut at the end": (
        links(lambda lines: lines[:-1]),
        {"file-changed links", "cut-short links", "head-differs span", "content-without-link contents/000000023.json"},
    ),
    "the end cut off, span and MANIFEST written anew": (
        cut_and_hidden,
        {"content-without-link contents/000000023.json"} | RESEALED,
    ),
    "no links": (links(lambda _: []), {"file-changed links", "cut-short links", "head-differs span"}),
    "a byte of a proof": (proof, {"file-changed proofs/", "proof-changed proofs/"}),
    "a byte of MANIFEST": (
        lambda pack: (pack / "MANIFEST").write_text((pack / "MANIFEST").read_text().replace("a", "b", 1)),
        {"file-changed "} | RESEALED,
    ),
    "a line of MANIFEST that leads outside": (
        lambda pack: (pack / "MANIFEST").write_text((pack / "MANIFEST").read_text() + f"{'0' * 64}  ../blocker.toml\n"),
        {"manifest-malformed MANIFEST"} | RESEALED,
    ),
    "no MANIFEST": (lambda pack: (pack / "MANIFEST").unlink(), {"manifest-malformed MANIFEST"}),
    "a file missing": (lambda pack: (pack / CONTENT).unlink(), {f"file-missing {CONTENT}"}),
    "a proof missing": (lambda pack: shutil.rmtree(pack / "proofs"), {"file-missing proofs/"}),
    "a file too many": (
        lambda pack: (pack / "contents/000000008.json").write_text("{}\n"),
        {"file-unlisted contents/000000008.json"},
    ),
    "a link of the file system": (
        lambda pack: (pack / "extra").symlink_to("/etc/hostname"),
        {"file-unlisted extra"},
    ),
    "two files swapped": (
        swap(CONTENT, OTHER),
        {f"{fault} {name}" for name in (CONTENT, OTHER) for fault in ("file-changed", "content-changed")},
    ),
    "span": (change("span", "first 1\n", "first 01\n"), {"file-changed span", "span-malformed span"}),
    "a copy of the head": (
        forged(change("heads.txt", "stop 21 ", "stop 20 ")),
        {"head-differs heads.txt"} | RESEALED,
    ),
    "a signature for another purpose": (signed_again("ledger-head@blocker"), {"signature-wrong MANIFEST.sig"}),
    "a signature by another key": (signed_again("evidence-pack@blocker", "stranger"), {"signature-wrong MANIFEST.sig"}),
    "a signature that is none": (
        lambda pack: (pack / "MANIFEST.sig").write_text("me\n"),
        {"signature-wrong MANIFEST.sig"},
    ),
    "no signature": (lambda pack: (pack / "MANIFEST.sig").unlink(), {"signature-missing MANIFEST.sig"}),
    "no signature of a seal": (
        forged(lambda pack: (pack / f"{SEAL}.sig").unlink()),
        {f"signature-missing {SEAL}.sig", f"seal-differs {SEAL}.sig"} | RESEALED,
    ),
    "a pack's signature for a seal's": (
        forged(lambda pack: shutil.copy(pack / "MANIFEST.sig", pack / f"{SEAL}.sig")),
        {f"signature-wrong {SEAL}.sig", f"seal-differs {SEAL}.sig"} | RESEALED,
    ),
    "a seal made anew by a stranger": (forged(sealed_by_a_stranger), {f"seal-differs {SEAL}.sig"} | RESEALED),
    "another file's time-stamp": (
        lambda pack: shutil.copy(pack / f"{SEAL}-000000023.tsr", pack / "MANIFEST.tsr"),
        {"stamp-wrong MANIFEST.tsr"},
    ),
    "a time-stamp that is none": (
        lambda pack: (pack / "MANIFEST.tsr").write_text("noon\n"),
        {"stamp-wrong MANIFEST.tsr"},
    ),
    "a time-stamp by a certificate that had expired": (
        stamped_by((timedelta(-300), timedelta(-1))),
        {"stamp-wrong MANIFEST.tsr", "file-changed tsa-chain.pem"},
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_was_changed_is_found_and_named(house: Path, what: str) -> None:
    """Each way of changing a pack is a fault that names the file, also where MANIFEST was written anew over it."""
    tamper, expected = TAMPERED[what]
    tamper(house / "pack")

    status, said = verified(house / "pack")

    assert status == 1, said
    found = faults_in(said)
    for fault in expected:
        assert any(one.startswith(fault) for one in found), (fault, found)
    beside = {one for one in found if not one.startswith(tuple(expected))}
    assert {one for one in beside if not one.startswith(("head-differs", "content-"))} == set(), beside
    assert "does NOT hold together" in said


def test_an_untouched_pack_has_no_fault(house: Path) -> None:
    """So the faults above come from what was done."""
    status, said = verified(house / "pack")

    assert (status, faults_in(said), "UNCHECKED" in said) == (0, set(), False), said


def test_time_stamps_are_read_without_a_configuration_of_openssl(house: Path) -> None:
    """Where openssl finds none, as in many small images, nobody is accused of a time-stamp that is none."""
    bare = os.environ | {"OPENSSL_CONF": str(house / "nowhere")}
    done = subprocess.run(
        ["sh", "verify.sh"], cwd=house / "pack", env=bare, capture_output=True, text=True, check=False
    )

    assert (done.returncode, faults_in(done.stdout)) == (0, set()), done.stdout


def test_a_part_may_be_handed_on(house: Path) -> None:
    """With some contents left out the rest still verifies, by sha256sum and by verify.sh; not so without --part."""
    pack = house / "pack"
    (pack / CONTENT).unlink()
    shutil.rmtree(pack / "proofs")

    command = ["sha256sum", "-c", "--quiet", "--ignore-missing", "MANIFEST"]
    assert subprocess.run(command, cwd=pack, check=False).returncode == 0
    status, said = verified(pack, "--part")
    assert (status, "left out of contents/ and proofs/: 2 files" in said) == (0, True), said
    assert verified(pack)[0] == 1
    (pack / "span").unlink()
    assert faults_in(verified(pack, "--part")[1]) == {"file-missing span", "span-malformed span"}


def test_a_certificate_that_ran_out_since_is_no_fault(house: Path) -> None:
    """The pack verifies as of the token's own time, and says with which command."""
    pack = house / "pack"
    stamped_by((timedelta(-1), timedelta(seconds=2)))(pack)
    as_a_forger(pack)
    signed_again("evidence-pack@blocker")(pack)
    stamp = stamped_again(pack)
    while subprocess.run(stamp, cwd=pack, check=False, capture_output=True).returncode == 0:
        time.sleep(0.05)  # until the clock has passed the certificate's last second

    status, said = verified(pack)

    assert status == 0, said
    assert "certificate has run out since then" in said
    command = next(line.split() for line in said.splitlines() if "-attime" in line)
    assert subprocess.run(command, cwd=pack, check=False, capture_output=True).returncode == 0


def stamped_again(pack: Path) -> list[str]:
    """Stamp what MANIFEST says by now; returns the command that checks it."""
    authority = pack.parent / "other"
    query = ["openssl", "ts", "-query", "-data", str(pack / "MANIFEST"), "-sha256", "-cert", "-out", "query"]
    subprocess.run(query, cwd=authority, check=True, capture_output=True)
    reply = ["openssl", "ts", "-reply", "-config", "openssl.cnf", "-queryfile", "query"]
    out = ["-out", str(pack / "MANIFEST.tsr")]
    subprocess.run([*reply, *out], cwd=authority, check=True, capture_output=True)
    files = ["-data", "MANIFEST", "-in", "MANIFEST.tsr", "-CAfile", "tsa-chain.pem", "-untrusted", "tsa-chain.pem"]
    return ["openssl", "ts", "-verify", *files]


async def test_this_program_finds_the_same(house: Path) -> None:
    """`blocker verify --pack` names the same faults, and trusts no verify.sh but its own."""
    pack = house / "pack"
    change(CONTENT, "+3225550377", "+3225550378")(pack)
    (pack / "verify.sh").write_text("echo The pack holds together.\n")

    found = await check(pack)

    named = {fault.partition(":")[0] for fault in found.faults}
    assert named == {f"file-changed {CONTENT}", f"content-changed {CONTENT}", "file-changed verify.sh"}


@pytest.mark.parametrize(
    ("name", "complaint"),
    [("../x", "holds a file named"), ("/x", "holds a file named"), ("x", "must hold one folder"), ("", "neither")],
)
async def test_a_hostile_zip_file_is_refused(tmp_path: Path, name: str, complaint: str) -> None:
    """What leads out of its folder, or is no zip file at all, is never unpacked."""
    path = tmp_path / "in/pack.zip"
    path.parent.mkdir()
    if name:
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(name, b"x")
    else:
        path.write_bytes(b"PK\x03\x04 not really")

    with pytest.raises(UsageError, match=complaint):
        await check(path)
    assert [one.name for one in tmp_path.iterdir()] == ["in"]


async def test_no_pack_at_all_is_told(tmp_path: Path) -> None:
    """Neither a missing folder nor a tool that isn't there passes for a verdict."""
    with pytest.raises(UsageError, match="isn't there"):
        await check(tmp_path / "none")
    assert not (await check(tmp_path)).holds
