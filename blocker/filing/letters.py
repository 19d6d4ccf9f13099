"""Letters that went out: recorded as sent, delivered and answered, with the letter itself as proof.

Decides what a letter becomes in the ledger once it is marked as sent: an objection, a request, or both in one append. A
letter is found again by the name under which its file was kept. What a letter says, `drafting.py` and
`pages/letter_page.py` decide; which days follow, `core/followups.py`.
"""

import dataclasses
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

from blocker.core.attached import Attached, What
from blocker.core.household_facts import Fact, How
from blocker.core.household_file import HouseholdFile, Objection, Request
from blocker.core.letter import Kind
from blocker.core.typed import remark, telling, word_of
from blocker.dossiers import Here
from blocker.errors import UsageError
from blocker.filing.company_facts import CompanyFacts, said_again
from blocker.filing.drafting import entries_of
from blocker.filing.proofs import Proofs, named_files

_Done = dict[str, Any]


class Letters:
    """What became of the household's letters."""

    def __init__(
        self,
        proofs: Proofs,
        file: Callable[[], Awaitable[HouseholdFile]],
        attached: Callable[[], Awaitable[dict[str, Attached]]],
        here: Here,
    ) -> None:
        """`file` gives what was said so far, `attached` what is said of the files beside the ledger, by their sums."""
        self._proofs, self._file, self._attached, self._here = proofs, file, attached, here
        self._companies = CompanyFacts(file, here)

    async def sent(
        self,
        *,
        kind: str,
        company: str,
        addressee: str,
        on: str,
        how: str,
        to: str,
        text: str,
        letter: str,
        made: str | None = None,
        delivered: str | None = None,
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say that a letter went out.

        Args:
            kind: a `Kind`.
            company: its slug; empty for a provider that the rules don't know.
            addressee: its name.
            on: the day.
            how: a `How`.
            to: where it went, on one line.
            text: all of it.
            letter: path of the file that was sent.
            made: the day that stands on it.
            delivered: the day on which it arrived.
            proofs: paths of files that show it.
            by: who says so.

        Raises:
            UsageError: a day or a file can't be used, or it is marked as sent already.
        """
        if await self._recorded(Path(letter).stem):
            raise UsageError(f"{Path(letter).stem} is marked as sent already (blocker household show has it)")
        sent_on, made_on = self._here.day(on, "sent on"), self._here.day(made, "made on")
        if made_on and sent_on and sent_on < made_on:
            raise UsageError(f"the letter is of {made_on}, and can't have gone out on {sent_on} (see --on)")
        facts = [
            Fact(
                about,
                asks=asks,
                on=sent_on,
                how=word_of(how, How),
                to=remark(to[:200], "whom it was sent to"),
                text=telling(text, "the letter"),
                delivered=self._here.day(delivered, "delivered on"),
            )
            for about, asks in entries_of(word_of(kind, Kind))
        ]
        settled = (
            (await self._companies.settled(company, facts))[1]
            if company
            else [dataclasses.replace(fact, said_company=addressee).sensible() for fact in facts]
        )
        return await self._proofs.record_all(settled, named_files([letter], What.LETTER) + named_files(proofs), by)

    async def news(
        self,
        letter: str,
        *,
        delivered: str | None = None,
        answered: str | None = None,
        answer: str = "",
        came: str = "",
        proofs: Sequence[str] = (),
        by: str = "",
    ) -> _Done:
        """Say that a letter arrived, or was answered.

        Args:
            letter: its name, such as `2026-11-22-proximus-both`.
            delivered: the day on which it arrived.
            answered: the day of the answer.
            answer: what it says.
            came: path of the file that came.
            proofs: paths of files that show it.
            by: who says so.

        Raises:
            UsageError: no such letter was sent, or a day or a file can't be used.
        """
        said = await self._recorded(letter)
        if not said:
            raise UsageError(f"no letter “{letter}” is recorded as sent (blocker letter list shows all)")
        facts = [
            dataclasses.replace(
                fact,
                delivered=self._here.day(delivered, "delivered on") or fact.delivered,
                answered=self._here.day(answered, "answered on") or fact.answered,
                answer=telling(answer, "the answer") or fact.answer,
            ).sensible()
            for fact in {item.n: said_again(item) for item in reversed(said)}.values()
        ]
        return await self._proofs.record_all(facts, named_files([came], What.ANSWER) + named_files(proofs), by)

    async def _recorded(self, letter: str) -> list[Objection | Request]:
        """What entries that still count say of a letter, by its name."""
        files = (await self._attached()).values()
        sums = {item.file.sha256 for item in files if item.what is What.LETTER and Path(item.file.name).stem == letter}
        file = await self._file()
        written: list[Objection | Request] = [*file.objections, *file.requests]
        return [item for item in written if sums.intersection(item.proofs)]
