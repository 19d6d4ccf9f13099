"""Reading the rules again while calls come in: the last good ones hold until there are better ones.

Decides what happens when the household asks for its changed rule files: taken whole or not at all, told in the ledger,
and complained about until they are mended. How they are read without holding up a call, `rulebinding.py` knows.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Protocol

import structlog

from blocker.core import record
from blocker.core.ledger_ports import LaterJournal
from blocker.core.ports import Clock
from blocker.errors import RulesError
from blocker.rulebook import RuleBook


class Journal(LaterJournal, Protocol):
    """Where entries go."""

    async def flush(self) -> bool:
        """Write what waits."""
        ...


class RuleKeeper:
    """The rules in force."""

    def __init__(
        self,
        rules: RuleBook,
        fault: str,
        *,
        read: Callable[[], Awaitable[RuleBook]],
        journal: Journal,
        clock: Clock,
    ) -> None:
        """With the rules of the start.

        Args:
            rules: those in force.
            fault: why the household's own aren't among them; empty where they are.
            read: reads all files again, raising RulesError for any fault.
            journal: the way to the ledger.
            clock: the time.
        """
        self.rules = rules
        self.complete = not fault
        """Whether the household's own are among them."""
        self.problem = ""
        """Why the files as they are now aren't in force, with every fault; empty while they are."""
        self.on_change: Callable[[], None] = lambda: None
        """Called after each change, for whoever decides by the rules."""
        self._read, self._journal, self._clock = read, journal, clock
        self._one_at_a_time = asyncio.Lock()
        self._log = structlog.get_logger("rules")
        self._found(fault)

    async def reload(self) -> Any:  # noqa: ANN401  (JSON values)
        """Read the files again; the answer says whether they are in force, and every fault if they aren't."""
        async with self._one_at_a_time:
            try:
                rules = await self._read()
            except RulesError as error:
                self._found(f"the changed rules are not in force, those from before hold:\n{error}")
                return {"loaded": False, "faults": list(map(str, error.faults)), "sha256": self.rules.sha256}
            changed = rules.sha256 != self.rules.sha256
            await self._record(rules)
            self.rules, self.problem, self.complete = rules, "", True
            self.on_change()
            self._log.info("rules loaded", files=len(rules.files), sha256=rules.sha256, changed=changed)
        return {
            "loaded": True,
            "faults": [],
            "sha256": rules.sha256,
            "changed": changed,
            "files": len(rules.files),
            "companies": len(rules.companies),
            "ranges": len(rules.ranges),
            "provisions": len(rules.laws),
        }

    async def record_start(self, last: Mapping[str, Any] | None) -> None:
        """Tell the ledger of the rules of a start, where they aren't those of its last entry `rules-loaded`."""
        if last is None or last["sha256"] != self.rules.sha256:
            await self._record(self.rules)

    async def _record(self, rules: RuleBook) -> None:
        """Before any call is decided by them; a disk that can't take it now gets it later."""
        self._journal.later(record.rules_loaded(self._clock.now(), sha256=rules.sha256, files=len(rules.files)))
        await self._journal.flush()

    def _found(self, problem: str) -> None:
        if problem and problem != self.problem:  # the same fault at every attempt is one fault
            self._log.error("rules not in force", why=problem)
        self.problem = problem
