"""The household that this program is built for (docs/why.md), from four years of calls to the dossier of one company.

She left Belgacom, which is Proximus now, over four years ago. Callers “on behalf of” it have rung her mobile ever
since, and now the landline three times in a day; she had registered both lines and objected.
"""

import asyncio
import json
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from fakes.agi_client import call
from fakes.imports import android, write_android
from fakes.running import Program, running

from blocker.control import ask

BRUSSELS = ZoneInfo("Europe/Brussels")
LINES = '\n[lines.landline]\nnumber = "+3225550100"\n\n[lines.mobile]\nnumber = "+32475551234"\n'
FOR_BELGACOM, FOR_OTHERS, FRIENDS = "+3225550345", "+3225550346", "+32475551299"
MONTHS = 48

Do = Callable[..., Awaitable[Any]]


def mobile_calls(now: datetime) -> list[tuple[datetime, str]]:
    """A call every thirty days for four years: in turn for Belgacom, for somebody else, and from a friend."""
    noon = now.replace(hour=11, minute=0, second=0, microsecond=0)
    numbers = (FOR_BELGACOM, FOR_OTHERS, FRIENDS)
    return [(noon - timedelta(days=30 * month + 2), numbers[month % 3]) for month in reversed(range(MONTHS))]


async def tell(program: Program, do: Do, now: datetime) -> None:
    """What she says afterwards: of her file, and of the calls."""
    days = {name: f"{(now - timedelta(days=ago)).astimezone(BRUSSELS):%Y-%m-%d}" for name, ago in AGO.items()}
    file = [
        ("household", "register", "be-dncm", "--on", days["registered"]),
        ("household", "object", "Proximus", "--on", days["objected"], "--how", "e-mail"),
        ("household", "contract", "Belgacom", "--since", "2009-05-01", "--until", days["contract ended"]),
    ]
    for words in file:
        await asyncio.to_thread(program.run, *words)
    said = {FOR_BELGACOM: "Belgacom", FOR_OTHERS: "Telenet"}
    for entry in program.entries("call-imported"):
        if company := said.get(entry["presented"]["number"]):
            await do("mark", call=entry["call"], mark="marketing", company=company, by="Anna")
    first, second, third = program.entries("call-screened")
    for bad_line in (first, second):  # nobody could be understood, so that nobody was named
        await do("mark", call=bad_line["call"], mark="marketing", by="Anna")
    understood = {"mark": "marketing", "said_company": "Belgacom", "said_stop": "yes", "voice": "live"}
    await do("statement", call=third["call"], said=understood, by="Anna")


AGO = {"contract ended": 1_500, "registered": 800, "objected": 400}
"""In days."""


def expected(now: datetime, landline: str) -> dict[str, Any]:
    """What the dossier must count, reckoned apart from the program; `landline` is the instant of that line's call."""
    named = [at for at, number in mobile_calls(now) if number == FOR_BELGACOM]
    days = [f"{at.astimezone(BRUSSELS):%Y-%m-%d}" for at in [*named, datetime.fromisoformat(landline)]]
    objected = f"{(now - timedelta(days=AGO['objected'])).astimezone(BRUSSELS):%Y-%m-%d}"
    return {
        "calls": len(days),
        "marketing": len(days),
        "said": ["Belgacom"],
        "recorded_elsewhere": len(named),
        "per_line": [{"line": "landline", "calls": 1}, {"line": "mobile", "calls": len(named)}],
        "per_month": [
            {"month": month, "calls": number} for month, number in sorted(Counter(day[:7] for day in days).items())
        ],
        "first_day": days[0],
        "since_objection": sum(day > objected for day in days),
    }


async def test_the_story(tmp_path: Path) -> None:
    """The dossier of Proximus counts exactly the calls whose statement names it, since when, and after what."""
    now = datetime.now(UTC)
    calls = mobile_calls(now)
    export = write_android(tmp_path / "calls.xml", (android(0, at=at, number=number) for at, number in calls))
    async with running(tmp_path, more=LINES) as program:

        async def do(name: str, **arguments: Any) -> Any:
            return await ask(program.data / "control.sock", name, **arguments)

        done = await asyncio.to_thread(program.run, "import", "--line", "mobile", str(export))
        assert done.stdout == f"{MONTHS} read, {MONTHS} new.\n"
        for attempt in range(3):
            await call(program.fastagi, "+33199001234", uniqueid=f"1795000000.{attempt}", dnid="+3225550100")
        await tell(program, do, now)
        shown = await asyncio.to_thread(program.run, "company", "show", "belgacom", "--json")
        await asyncio.to_thread(program.run, "pack", "--company", "proximus", "--out", "pack")
        blocked = await do("list-show", list_name="block")
    dossier = json.loads(shown.stdout)
    named, wanted = dossier["named_in"], expected(now, program.entries("call-screened")[-1]["at"])
    assert dossier["slug"] == "proximus"
    assert {key: named[key] for key in ("calls", "marketing", "said", "per_line", "per_month")} == {
        key: wanted[key] for key in ("calls", "marketing", "said", "per_line", "per_month")
    }
    assert named["happened"]["recorded_elsewhere"] == wanted["recorded_elsewhere"]
    assert named["happened"]["rang"] == 1
    assert named["first"][:10] == wanted["first_day"]
    assert named["since_objection"]["calls"] == wanted["since_objection"]
    assert named["since_contract"]["calls"] == wanted["calls"]
    assert {item["number"] for item in blocked} == {FOR_BELGACOM, FOR_OTHERS, "+33199001234"}
    assert {law["finding"] for law in dossier["law"]} & {"points-to", "cannot-tell"}
    contents = [json.loads(path.read_bytes()) for path in (tmp_path / "pack" / "contents").iterdir()]
    in_pack = {entry["call"] for entry in contents if entry["kind"] in {"call-screened", "call-imported"}}
    assert in_pack == {about["call"] for about in dossier["calls"]}
    assert len(in_pack) == wanted["calls"]
