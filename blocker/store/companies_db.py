"""The part of `household.sqlite3` that says what the household wants done with the calls of companies.

Decides how settings lie in the file. What one means for a call, `core/company_setting.py` decides. Each change is
durable when it returns, and told in the ledger by whoever makes it (`companies.py`).
"""

from blocker.core.company_setting import Calls
from blocker.store.household_db import HouseholdDb

_SET = "INSERT INTO company_setting (company, calls) VALUES (?, ?) ON CONFLICT DO UPDATE SET calls = excluded.calls"


class CompaniesDb:
    """This table of an open file. Every method raises `DataDirError` where it can't be read or written."""

    def __init__(self, household: HouseholdDb) -> None:
        self._household = household

    async def settings(self) -> dict[str, Calls]:
        """All settings, by slug; a company that was never set isn't among them."""
        rows = await self._household.run("SELECT company, calls FROM company_setting ORDER BY company")
        return {company: Calls(calls) for company, calls in rows}

    async def put(self, company: str, calls: Calls | None) -> None:
        """Set one; None removes it, so that the configuration's setting holds again."""
        if calls is None:
            await self._household.run("DELETE FROM company_setting WHERE company = ?", company)
        else:
            await self._household.run(_SET, company, str(calls))
