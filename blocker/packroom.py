"""The composition root of evidence packs: gives `filing/pack_making.py` the adapters it works with.

For a command that makes a pack beside a running service. Decides nothing about what goes in; only the seal before and
the entry afterwards go through the owner of the data, which whoever calls brings along.
"""

import contextlib
import io
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from blocker.config import Config
from blocker.core.observed import SeenCall
from blocker.core.pack_facts import PackFacts
from blocker.core.seal import Token
from blocker.errors import LedgerCorruptError, SigningError, StampError
from blocker.evidence import head_copies, pack_check, pack_files
from blocker.evidence.attachments import Attachments
from blocker.evidence.reading import LedgerReader
from blocker.evidence.signing import Signer
from blocker.evidence.stamping import read_certificates, stamp
from blocker.filing.pack_making import Forms, Made, Means, Signing, make
from blocker.filing.packing import Asked, choose
from blocker.renderers import calls_csv, pack_texts

Record = Callable[[dict[str, Any]], Awaitable[object]]


class Done(NamedTuple):
    """A pack that was handed out, and what is to be said of it."""

    made: Made
    notes: list[str]


async def pack(  # what is asked, where it goes, and how
    config: Config, reader: LedgerReader, asked: Asked, out: Path, *, zipped: bool, language: str, record: Record
) -> Done:
    """Make a pack of one moment of the ledger.

    Args:
        config: the configuration.
        reader: the ledger at that moment.
        asked: what the pack is to be about.
        out: the folder or zip file to make.
        zipped: whether it is to be a zip file.
        language: of SUMMARY.txt, one of `pack_texts.LANGUAGES`.
        record: has the owner of the data record a pack, with the fields of `Custody.made`.

    Raises:
        BlockerError: there is no pack; the message says why.
    """
    notes: list[str] = []
    attachments = Attachments(config.data_dir)
    means = Means(
        forms=Forms(
            content_name=pack_files.content_name,
            proof_name=pack_files.proof_name,
            seal_files=pack_files.seal_files,
            calls_csv=_calls_csv,
            texts=lambda facts: _texts(facts, language),
        ),
        heads=_heads(config.data_dir),
        attachment=lambda sha256: attachments.path_of(sha256) if attachments.exists(sha256) else None,
        signing=await _signing(config, notes),
        certificates=_certificates(config),
        stamp=lambda data: _stamp(config, data, notes),
        authorities=len(config.seals.authorities),
        check=_faults,
        record=record,
    )
    with pack_files.building(out, zipped=zipped) as files:
        made = await make(files, reader, asked, means)
    return Done(made, notes)


async def refuse_in_vain(reader: LedgerReader, asked: Asked, out: Path, *, zipped: bool) -> None:
    """See that there is something to hand out and a place for it, before the ledger is sealed for it.

    Raises:
        UsageError: there is nothing, or no place.
        LedgerError: the ledger can't be read.
    """
    pack_files.refuse_if_taken(out, zipped=zipped)
    await choose(reader, asked)


def signer(config: Config) -> Signer:
    """The household's key."""
    return Signer(config.seals.key, config.data_dir / "keys", config.seals.identity)


def _heads(directory: Path) -> list[tuple[int, bytes]]:
    copies, problems = head_copies.read_copies(directory / head_copies.FILE)
    if problems:
        raise LedgerCorruptError(f"no pack was made: {problems[0]} (run `blocker verify`)")
    return [(copy.head.n, copy.line.encode("ascii")) for copy in copies]


async def _signing(config: Config, notes: list[str]) -> Signing | None:
    own = signer(config)
    try:
        await own.ready()
    except SigningError as error:
        notes.append(f"the pack is NOT signed, and says so: {error}")
        return None
    allowed = own.allowed_signers([pack_files.PACK_NAMESPACE])
    return Signing(config.seals.identity, allowed, lambda data: own.sign(data, pack_files.PACK_NAMESPACE))


def _certificates(config: Config) -> dict[str, bytes]:
    found = {}
    for name, authority in zip(pack_files.CERTIFICATES, config.seals.authorities, strict=False):
        with contextlib.suppress(StampError):  # told when a time-stamp is asked for: a pack without one is handed out
            if text := read_certificates(authority.certificates):
                found[name] = text.encode("ascii")
    return found


async def _stamp(config: Config, data: bytes, notes: list[str]) -> Sequence[tuple[int, Token]]:
    tokens = []
    for place, authority in enumerate(config.seals.authorities):
        try:
            tokens.append((place, await stamp(authority, data)))
        except StampError as error:
            notes.append(f"the pack has no time-stamp of this authority: {error}")
    return tokens


async def _faults(folder: Path) -> Sequence[str]:
    return (await pack_check.check(folder)).faults


def _calls_csv(calls: Sequence[SeenCall]) -> bytes:
    table = io.StringIO(newline="")
    write = calls_csv.writer(table)
    for call in calls:
        write(call)
    return table.getvalue().encode()


def _texts(facts: PackFacts, language: str) -> Mapping[str, bytes]:
    checks = {f"HOW-TO-CHECK.{each}.txt": pack_texts.how_to_check(each, facts) for each in pack_texts.LANGUAGES}
    return checks | {"SUMMARY.txt": pack_texts.summary(language, facts), "verify.sh": pack_files.verify_script()}
