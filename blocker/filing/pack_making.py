"""Making an evidence pack: filled from one moment of the ledger, signed, stamped, checked, recorded, handed out.

Decides the order of these steps, and that a pack which doesn't hold together, or whose making couldn't be recorded, is
handed to nobody. What goes in, `packing.py` finds; the files' form is `docs/spec/evidence-pack.md`.
"""

import json
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from blocker.core.entry import EntryKind, parse_link, sha256_hex
from blocker.core.ledger_ports import Journal
from blocker.core.observed import SeenCall
from blocker.core.pack import Span, first_of, pack_made
from blocker.core.pack_facts import PackFacts
from blocker.core.plain_text import one_line
from blocker.core.ports import Clock
from blocker.core.record import Content
from blocker.core.seal import Seal, Stamp, Token, seal_of, stamp_of
from blocker.core.taken_over import FIELD, MARK, told_of
from blocker.errors import LedgerCorruptError
from blocker.filing.packing import Asked, Chosen, Records, choose


class Files(Protocol):
    """A pack being built."""

    @property
    def name(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    def add(self, name: str, data: bytes) -> None: ...
    def copy(self, name: str, source: Path) -> None: ...
    def sink(self, name: str) -> AbstractContextManager[Callable[[bytes], object]]: ...
    def manifest(self) -> bytes: ...
    def stamped(self, tokens: Sequence[tuple[int, Token]]) -> None: ...
    def finish(self) -> None: ...
    def publish(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Signing:
    """Who signs a pack."""

    identity: str
    allowed_signers: str
    """The line that says so."""
    sign: Callable[[bytes], Awaitable[str]]


@dataclass(frozen=True, slots=True)
class Forms:
    """The parts of a pack that somebody else writes."""

    content_name: Callable[[int], str]
    proof_name: Callable[[str, str], str]
    seal_files: Callable[[Sequence[Seal], Sequence[Stamp]], Mapping[str, bytes]]
    calls_csv: Callable[[Sequence[SeenCall]], bytes]
    texts: Callable[[PackFacts], Mapping[str, bytes]]
    """The texts for people, and `verify.sh`, by name."""


@dataclass(frozen=True, slots=True)
class Means:
    """What a pack is made with."""

    forms: Forms
    heads: Sequence[tuple[int, bytes]]
    """The copies of the ledger's head: number, and line with its LF."""
    attachment: Callable[[str], Path | None]
    """Where the file of a sum is; None where it isn't kept any more."""
    signing: Signing | None
    """None where nothing can be signed here."""
    certificates: Mapping[str, bytes]
    """The authorities' certificates, by name of their file."""
    stamp: Callable[[bytes], Awaitable[Sequence[tuple[int, Token]]]]
    """Has the configured authorities put their time on bytes; gives the tokens that could be had."""
    authorities: int
    check: Callable[[Path], Awaitable[Sequence[str]]]
    """Checks a finished pack; gives what is wrong with it."""
    record: Callable[[dict[str, Any]], Awaitable[object]]
    """Tells the ledger that a pack was made, with the fields of `Custody.made`."""


class Made(NamedTuple):
    """A pack that was handed out."""

    facts: PackFacts
    manifest: str
    """Sum of its MANIFEST."""
    tokens: int


async def make(files: Files, reader: Records, asked: Asked, means: Means) -> Made:
    """Fill a pack, check it, record it and put it in its place.

    Raises:
        UsageError: there is nothing to hand out.
        SigningError: nothing can be signed.
        LedgerError: the ledger can't be read or doesn't hold together, or the pack couldn't be recorded.
        OSError: a file can't be written.
    """
    chosen = await choose(reader, asked)
    facts = await _fill(files, reader, chosen, asked, means)
    manifest = files.manifest()
    if means.signing:
        files.add("MANIFEST.sig", (await means.signing.sign(manifest)).encode())
    tokens = await means.stamp(manifest)
    files.stamped(tokens)
    if faults := await means.check(files.folder):
        raise LedgerCorruptError(
            f"no pack was made, since it wouldn't hold together: {faults[0]} (run `blocker verify`)"
        )
    files.finish()
    made = Made(facts, sha256_hex(manifest), len(tokens))
    await means.record(
        {
            "pack": files.name,
            "of": f"{asked.kind} {asked.what}",
            "first": facts.first,
            "last": facts.last,
            "contents": facts.contents,
            "manifest": made.manifest,
            "seal": max((seal.n for seal in chosen.seals), default=None),
        }
    )
    files.publish()
    return made


async def _fill(files: Files, reader: Records, chosen: Chosen, asked: Asked, means: Means) -> PackFacts:
    """Add everything that MANIFEST is to name."""
    span = await _links(files, reader, chosen)
    contents, seals, taken_over = await _contents(files, reader, chosen, means.forms)
    facts = PackFacts(
        asked=asked.kind,
        what=asked.what,
        calls=chosen.calls,
        file=chosen.file,
        first=span.first,
        last=span.last,
        before=span.before,
        contents=contents,
        erased=await reader.erased_between(span.first, span.last),
        left_out=chosen.left_out,
        missing=_proofs(files, chosen, means),
        identity=means.signing.identity if means.signing else "",
        stamped=means.authorities > 0 or any(seal.stamps for seal in chosen.seals),
        taken_over=told_of(taken_over),
    )
    heads = [line for n, line in means.heads if span.first - 1 <= n <= span.last]
    parts = {
        "span": span.text(),
        "heads.txt": b"".join(heads),
        "calls.csv": means.forms.calls_csv(chosen.calls),
        **seals,
        **means.forms.texts(facts),
        **means.certificates,
    }
    if means.signing:
        parts["allowed_signers"] = means.signing.allowed_signers.encode()
    for name, data in parts.items():
        files.add(name, data)
    return facts


async def _links(files: Files, reader: Records, chosen: Chosen) -> Span:
    first, head = first_of(chosen.numbers, chosen.seals), await reader.head()
    before = ""
    with files.sink("links") as write:
        async for line in reader.links(first, head.n):
            before = before or parse_link(line).prev
            write(line)
    return Span(first, head.n, before, head.sha256)


async def _contents(
    files: Files, reader: Records, chosen: Chosen, forms: Forms
) -> tuple[int, Mapping[str, bytes], list[Content]]:
    """Write the contents; returns how many, the files made of those about seals, and those that were taken over."""
    count, seals, stamps, taken_over = 0, [], [], list[Content]()
    async for n, line in reader.lines(chosen.numbers):
        files.add(forms.content_name(n), line)
        count += 1
        if MARK.encode() in line:
            taken_over.append({FIELD: json.loads(line)[FIELD]})  # of many calls, no more than is told of them
        if any(n in (seal.n, *seal.stamps) for seal in chosen.seals):
            content: Content = json.loads(line)
            if content["kind"] == EntryKind.SEAL:
                seals.append(seal_of(n, content))
            else:
                stamps.append(stamp_of(n, content))
    return count, forms.seal_files(seals, stamps), taken_over


def _proofs(files: Files, chosen: Chosen, means: Means) -> tuple[str, ...]:
    """Copy the proofs in; returns names and sums of those that are no longer kept."""
    missing = []
    for sha256, name in sorted(chosen.proofs.items()):
        if (path := means.attachment(sha256)) is None:
            missing.append(f"{one_line(name)} ({sha256})")
        else:
            files.copy(means.forms.proof_name(sha256, name), path)
    return tuple(missing)


class Custody:
    """The record of what was handed out."""

    def __init__(self, journal: Journal, clock: Clock) -> None:
        self._journal, self._clock = journal, clock

    async def made(
        self,
        *,
        pack: str,
        of: str,
        first: int,
        last: int,
        contents: int,
        manifest: str,
        seal: int | None = None,
        by: str = "",
    ) -> Any:  # noqa: ANN401
        """Record that `pack` was made, which has this name; gives the entry's number.

        Raises:
            LedgerWriteError: it couldn't be recorded.
        """
        entry = pack_made(
            self._clock.now(),
            name=pack,
            of=of,
            span=(first, last),
            contents=contents,
            manifest=manifest,
            seal=seal,
            by=by,
        )
        return {"entry": await self._journal.durable(entry)}
