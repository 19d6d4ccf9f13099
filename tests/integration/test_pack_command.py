"""Promises about `blocker pack`: what it hands out, what it keeps, and that public tools alone check it."""

import argparse
import asyncio
import json
import os
import re
import shutil
import subprocess
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fakes.authority import LocalAuthority
from fakes.packs import (
    AGENT,
    BILL,
    FAMILY,
    IMPORTED,
    LETTER,
    SEEN,
    TECHNICIAN,
    TELENET,
    TOP,
    contents_of,
    faults_in,
    lay_out,
    made,
    pack,
    texts_in,
    verified,
)
from fakes.running import Program, running

from blocker import actions, looking, packroom
from blocker.commands import pack as pack_command
from blocker.config import load_config
from blocker.errors import UsageError
from blocker.filing.packing import Asked

PUBLIC = """\
sha256sum -c MANIFEST
ssh-keygen -Y verify -f allowed_signers -I evidence@home -n evidence-pack@blocker -s MANIFEST.sig < MANIFEST
openssl ts -verify -data MANIFEST -in MANIFEST.tsr -CAfile tsa-chain.pem -untrusted tsa-chain.pem
sh verify.sh
"""
TOOLS = (
    "sh sha256sum ssh-keygen openssl awk sed find paste xargs mktemp rm cat cmp cut tail tr wc grep mkdir sort tee"
).split()


def a_machine_without_python(folder: Path) -> str:
    """A PATH on which there are the public tools and nothing else."""
    folder.mkdir()
    for tool in TOOLS:
        found = shutil.which(tool)
        assert found, tool
        (folder / tool).symlink_to(found)
    return str(folder)


def run_publicly(command: str, folder: Path, path: str) -> tuple[int, str]:
    """A command as somebody types it who got the pack."""
    words = ["sh", "-c", command]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False, env={"PATH": path})
    return done.returncode, done.stdout + done.stderr


async def packed(program: Program, *words: str) -> None:
    """`blocker pack --out pack …`, in this process, where nothing depends on its being another one."""
    parser = argparse.ArgumentParser()
    pack_command.add(parser.add_subparsers())
    arguments = parser.parse_args(["pack", "--out", str(program.folder / "pack"), *words])
    assert await arguments.run(load_config(program.config, {}, actions.names()), arguments) == 0


async def test_public_tools_check_a_pack_without_this_program(tmp_path: Path) -> None:
    """The three commands and verify.sh pass where there is no Python; HOW-TO-CHECK has them word for word."""
    _, _, folder = await made(tmp_path, LocalAuthority(tmp_path / "authority"))
    path = a_machine_without_python(tmp_path / "bin")
    shutil.move(folder, tmp_path / "elsewhere")

    said = ""
    for command in PUBLIC.splitlines():
        status, said = run_publicly(command, tmp_path / "elsewhere", path)
        assert status == 0, (command, said)
        for language in ("nl", "fr", "de", "en"):
            assert f"    {command}\n" in (tmp_path / "elsewhere" / f"HOW-TO-CHECK.{language}.txt").read_text()
    assert "UNCHECKED" not in said
    for command in (tmp_path / "elsewhere/seals/commands.txt").read_text().splitlines():
        assert run_publicly(command, tmp_path / "elsewhere", path)[0] == 0, command


@pytest.mark.parametrize("shell", ["dash", "busybox"])
async def test_verify_runs_in_small_shells(tmp_path: Path, shell: str) -> None:
    """Debian's dash and BusyBox with its own tools, which a router has, come to the same as any other."""
    _, _, folder = await made(tmp_path, None)
    tools = tmp_path / "bin"
    tools.mkdir()
    if shell == "busybox":
        busybox = shutil.which("busybox")
        assert busybox, "busybox isn't installed (tools/bootstrap system installs what tests need)"
        await asyncio.to_thread(subprocess.run, [busybox, "--install", "-s", str(tools)], check=True)
    else:
        dash = shutil.which("dash")
        assert dash, "dash isn't installed (tools/bootstrap system installs what tests need)"
        (tools / "sh").symlink_to(dash)
    path = str(tools) if shell == "busybox" else f"{tools}:{os.environ['PATH']}"
    (tools / "ssh-keygen").unlink(missing_ok=True)

    status, said = verified(folder, path=path)

    assert status == 0, said
    assert "each follows the one before it" in said
    (folder / "contents/000000001.json").write_bytes(b"{}\n")
    status, said = verified(folder, path=path)
    assert status == 1
    assert faults_in(said) == {f"{fault} contents/000000001.json" for fault in ("file-changed", "content-changed")}


@pytest.mark.parametrize("missing", ["xargs", "awk", "sha256sum"])
async def test_nothing_passes_that_was_not_looked_at(tmp_path: Path, missing: str) -> None:
    """Where a tool is missing, verify.sh says which, finds nothing in order and ends with 2."""
    _, _, folder = await made(tmp_path, None)
    path = a_machine_without_python(tmp_path / "bin")
    (tmp_path / "bin" / missing).unlink()

    status, said = verified(folder, path=path)

    assert status == 2
    assert missing in said
    assert "ok " not in said


async def test_a_file_that_cannot_be_read_is_no_file_in_order(tmp_path: Path) -> None:
    """A sum that couldn't be made is a fault of that file, not one file less to look at."""
    _, _, folder = await made(tmp_path, None)
    path = a_machine_without_python(tmp_path / "bin")
    (tmp_path / "bin/sha256sum").unlink()  # in its place one that can't read one file, as root can read them all
    (tmp_path / "bin/sha256sum").write_text(
        f"""#!/bin/sh
for file; do shift; [ "$file" = span ] || set -- "$@" "$file"; done
exec {shutil.which("sha256sum")} "$@"
"""
    )
    (tmp_path / "bin/sha256sum").chmod(0o755)

    status, said = verified(folder, path=path)

    assert status == 1
    assert "file-missing span" in faults_in(said)


async def test_a_companys_pack_holds_its_calls_and_nobody_elses(tmp_path: Path) -> None:
    """Former names count, taken-back statements don't, wanted calls stay out, and an agent's name is nowhere in it."""
    _, story, folder = await made(tmp_path, None)

    inside = set(contents_of(folder))
    mine = {story.seen, story.seen + 1, story.seen_said_wrong, story.correction, story.seen_said, story.imported}
    mine |= {story.imported_said, story.started, story.letter, story.objection, story.landline}
    seals = {n for n in inside if n > story.stopped}
    assert inside - seals == mine
    assert [path.read_bytes() for path in (folder / "proofs").iterdir()] == [LETTER]
    everything = texts_in(folder)
    for text in (SEEN, IMPORTED):
        assert text.encode() in everything
    for text in (FAMILY, TELENET, TECHNICIAN, AGENT, "A Lodger", BILL.decode()):
        assert text.encode() not in everything
    summary = (folder / "SUMMARY.txt").read_text()
    assert "Calls left out because the household said that they were wanted: 1." in summary
    assert "recorded by android-call-log" in summary


def test_a_summary_tells_what_holds(tmp_path: Path) -> None:
    """An objection stays one once it is delivered, what was withdrawn isn't told of, and the contents are all there."""
    program = Program(tmp_path)
    program.run("call", "add", "--at", "2026-11-16 14:03", "--line", "mobile", "--for", "Proximus", "--marketing")
    for words in (
        ("line", "mobile", "--holder", "Anna Peeters"),
        ("object", "Proximus", "--on", "2025-01-10", "--how", "post"),
        ("delivered", "Proximus", "--on", "2025-01-13"),
        ("object", "Proximus", "--on", "2025-03-10", "--how", "e-mail"),
        ("contract", "Belgacom", "--never"),
        ("contract", "Belgacom", "--since", "2009-05-01", "--until", "2013-05-01"),
        ("case", "Proximus", "open", "--where", "FPS Economy"),
        ("case", "Proximus", "closed", "--where", "FPS Economy"),
    ):
        program.run("household", *words)
    wrong = next(n for n, one in enumerate(program.entries(), 1) if one.get("how") == "e-mail")
    program.run("household", "withdraw", str(wrong), "--why", "never sent")
    program.run("pack", "--company", "proximus", "--out", "pack", "--lang", "en")
    told = (tmp_path / "pack" / "SUMMARY.txt").read_text("utf-8").partition("OWN FILE")[2].splitlines()
    assert [line.split("  ", 1)[1] for line in told if line] == [
        "holder of the line  Anna Peeters  mobile",
        "objection  Proximus  2025-01-10",
        "contract  Belgacom  2009-05-01 – 2013-05-01",
        f"case  Proximus  closed  {program.entries('case')[1]['on']}",
    ]
    file = {n for n, one in enumerate(program.entries(), 1) if one["kind"] in {"objection", "contract", "correction"}}
    assert file <= set(contents_of(tmp_path / "pack"))


@pytest.mark.parametrize(
    ("asked", "calls"),
    [
        (("--company", "Belgacom", "--since", "2026-11-17"), {SEEN}),
        (("--company", "proximus", "--until", "2026-11-16"), {IMPORTED}),
        (("--week", "2026-W47"), {SEEN, IMPORTED, TELENET}),
        (("--calls", "0000000000000001"), {FAMILY}),
        (("--calls", "0000000000000002,0000000000000003"), {SEEN, TELENET}),
    ],
)
async def test_a_pack_has_the_calls_that_were_asked_for(
    tmp_path: Path, asked: tuple[str, ...], calls: set[str]
) -> None:
    """By company and time, by week, by their ids; each pack verifies."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    await packed(program, *asked)
    folder = tmp_path / "pack"

    found = re.findall(r"\+32\d+", (folder / "SUMMARY.txt").read_text().partition("\nentry")[2])
    assert set(found) == calls
    assert verified(folder)[0] == 0


async def test_the_ledger_tells_that_a_pack_was_made(tmp_path: Path) -> None:
    """With its name, its span and the sum of its MANIFEST, also beside a running service; a seal covers it."""
    async with running(tmp_path, top=TOP) as program:
        await program.stop()
        shutil.rmtree(program.data)
        await lay_out(program)
        await program.start()
        done = await pack(program)

        (told,) = program.entries("pack-made")
    assert told["manifest"] in done.stdout
    assert told["name"] == "pack"
    assert told["of"] == "company Proximus"
    assert told["contents"] == len(contents_of(tmp_path / "pack"))
    span = dict(line.split() for line in (tmp_path / "pack/span").read_text().splitlines()[1:])
    assert (told["first"], told["last"]) == (int(span["first"]), int(span["last"]))
    assert (tmp_path / f"pack/seals/{told['seal']:09d}.sig").exists()


async def test_the_same_ledger_gives_the_same_bytes(tmp_path: Path) -> None:
    """Two zip files of one moment of the ledger are the same; one holds the folder under its name, and verifies."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    config = load_config(program.config, {}, actions.names())
    asked = Asked("company", "Proximus", companies=frozenset({"proximus"}))

    async def forget(_: dict[str, Any]) -> None:
        pass

    async with looking.reader(config) as reader:
        for name in ("a", "b"):
            out = tmp_path / name / "x.zip"
            await packroom.pack(config, reader, asked, out, zipped=True, language="nl", record=forget)

    assert (tmp_path / "a/x.zip").read_bytes() == (tmp_path / "b/x.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "a/x.zip") as archive:
        assert {name.partition("/")[0] for name in archive.namelist()} == {"x"}
        assert "WAT DIT PAKKET BEVAT" in archive.read("x/SUMMARY.txt").decode()
        archive.extractall(tmp_path)
    assert verified(tmp_path / "x")[0] == 0
    assert program.run("verify", "--pack", "a/x.zip").stdout.endswith("HOW-TO-CHECK.\n")


async def test_without_a_key_a_pack_says_that_it_is_unsigned(tmp_path: Path) -> None:
    """On the screen, in the summary, in every HOW-TO-CHECK, and when it is verified; no signature is made up."""
    program = Program(tmp_path, top=TOP, more='[seals]\nkey = "gone"')
    await lay_out(program)

    done = await pack(program)

    folder = tmp_path / "pack"
    assert "the pack is NOT signed" in done.stderr
    assert "THIS PACK IS NOT SIGNED" in (folder / "SUMMARY.txt").read_text()
    for language, words in {
        "en": "NOT SIGNED",
        "nl": "NIET ONDERTEKEND",
        "fr": "PAS SIGNÉ",
        "de": "NICHT UNTERSCHR",
    }.items():
        assert words in (folder / f"HOW-TO-CHECK.{language}.txt").read_text()
    assert not (folder / "MANIFEST.sig").exists()
    status, said = verified(folder)
    assert (status, "this pack is not signed" in said) == (0, True)


async def test_certificates_that_are_gone_cost_a_time_stamp_and_no_pack(tmp_path: Path) -> None:
    """The inspector waits: what can be handed out is, and the screen says what is missing in it."""
    seals = '[[seals.authority]]\nurl = "http://127.0.0.1:9/tsr"\ncertificates = "gone.pem"'
    program = Program(tmp_path, top=TOP, more=seals)
    await lay_out(program)

    done = await pack(program)

    assert "gone.pem: its certificates can't be read" in done.stderr
    assert verified(tmp_path / "pack")[0] == 0


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--company", "telent"), "did you mean Telenet"),
        (("--company", "orange-belgium"), "no statement about a call says"),
        (("--company", "proximus", "--since", "2026-13-01"), "is no day"),
        (("--company", "proximus", "--since", "2026-12-01", "--until", "2026-11-01"), "no call lies between"),
        (("--week", "2026-W47", "--since", "2026-11-01"), "go with --company"),
        (("--week", "2026-W40"), "no call of 2026-W40 is unwanted"),
        (("--calls", "ffff"), "no call “ffff” has been recorded"),
        (("--calls", ","), "names no call"),
        (("--company", "proximus", "--out", "pack.zip"), "add --zip"),
    ],
)
async def test_what_cant_be_packed_leaves_nothing(tmp_path: Path, words: tuple[str, ...], complaint: str) -> None:
    """The message says why; there is no folder, no seal and no entry about a pack."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    entries = len(program.entries())

    with pytest.raises(UsageError, match=re.escape(complaint)):
        await packed(program, *words)

    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocker.toml", "data"]
    left = len(program.entries())
    assert left == entries


async def test_a_pack_never_overwrites(tmp_path: Path) -> None:
    """A folder with something in it, a file and a zip file that is there are refused, and stay as they are."""
    program = Program(tmp_path, top=TOP)
    await lay_out(program)
    (tmp_path / "full").mkdir()
    (tmp_path / "full/letter").write_text("mine")
    (tmp_path / "file.zip").write_text("mine")
    (tmp_path / "empty").mkdir()

    refusals: tuple[tuple[str, tuple[str, ...], str], ...] = (
        ("full", (), "isn't empty"),
        ("file.zip", (), "without --zip a pack is a folder"),
        ("blocker.toml", (), "is a file"),
        ("file.zip", ("--zip",), "is there already"),
        ("file.zip/x", (), "leads through a file"),
    )
    for out, more, complaint in refusals:
        done = program.run("pack", "--week", "2026-W47", "--out", out, *more, check=False)
        assert (done.returncode, complaint in done.stderr) == (2, True), done.stderr
    program.run("pack", "--week", "2026-W47", "--out", "empty")

    assert (tmp_path / "full/letter").read_text() == (tmp_path / "file.zip").read_text() == "mine"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["blocker.toml", "data", "empty", "file.zip", "full"]
    assert len(program.entries("pack-made")) == 1


async def test_what_was_erased_is_not_in_a_pack_and_said(tmp_path: Path) -> None:
    """Its link is; a proof that is gone is told, and the pack verifies."""
    program = Program(tmp_path, top=TOP)
    story = await lay_out(program)
    program.run("erase", "--entry", str(story.telenet_objection), "--why", "asked to", "--yes")
    letter = next(path for path in (program.data / "attachments").iterdir() if path.read_bytes() == LETTER)
    letter.unlink()

    done = await pack(program)

    folder = tmp_path / "pack"
    assert f"proofs that are no longer kept: letter to “Proximus”.pdf ({letter.name})" in done.stderr
    assert "Contents erased by the household in this stretch: 1." in (folder / "SUMMARY.txt").read_text()
    assert verified(folder)[0] == 0
    assert json.loads((folder / f"contents/{story.objection:09d}.json").read_bytes())["proofs"]
