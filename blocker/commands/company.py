"""`blocker company`: what is known of companies, and what the household says about them."""

import argparse
import json
from typing import Any
from zoneinfo import ZoneInfo

from blocker import commanding, looking
from blocker.commands import OK, say, table, warn, warn_left_out, who
from blocker.commands.company_page import CALLS, page
from blocker.commands.household_page import sentence
from blocker.config import Config
from blocker.core.company import Company, Role
from blocker.core.company_name import fold
from blocker.core.company_setting import Calls
from blocker.core.household_facts import How, Says
from blocker.errors import UsageError


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "company",
        help="companies: list them, show what is known, say what they are to you",
        description="What the rules and your own records know of companies, and what you say about them: how their "
        "calls are treated, whether you were a customer, when you objected.",
    )
    todo = parser.add_subparsers(dest="todo", required=True, metavar="list|show|set")
    listing = todo.add_parser("list", help="list companies and your settings for them")
    listing.add_argument("--country", metavar="CC", help="only those known there, such as BE")
    listing.add_argument("--role", choices=list(map(str, Role)), help="only those of this kind")
    listing.add_argument("text", nargs="*", metavar="TEXT", help="a part of a name, former ones included")
    listing.add_argument("--json", action="store_true", help="for programs")
    listing.set_defaults(run=run_list)
    showing = todo.add_parser("show", help="everything known of one company")
    showing.add_argument("company", nargs="+", help="a name, also a former one, or the short name that list shows")
    showing.add_argument("--json", action="store_true", help="for programs")
    showing.set_defaults(run=run_show)
    _add_set(todo)


def _add_set(todo: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    setting = todo.add_parser(
        "set",
        help="say how its calls are treated, and what it is to you",
        description="Say how a company's calls are treated, and what it is to you. Each is recorded as yours, with the "
        "day. What you say anew holds from then on; nothing is ever rubbed out. Days are written 2026-11-22.",
    )
    setting.add_argument("company", nargs="+", help="a name, also a former one, or the short name that list shows")
    setting.add_argument(
        "--calls", choices=list(map(str, Calls)), help="; ".join(f"{word}: {what}" for word, what in CALLS.items())
    )
    customer = setting.add_mutually_exclusive_group()
    customer.add_argument("--never-customer", action="store_true", help="you never were a customer")
    customer.add_argument("--customer", action="store_true", help="you are a customer")
    customer.add_argument("--customer-until", metavar="DATE", help="the last day on which you were a customer")
    setting.add_argument("--customer-since", metavar="DATE", help="the first day, where you know it")
    setting.add_argument("--objected-on", metavar="DATE", help="you told the company to stop")
    setting.add_argument("--objected-how", choices=list(map(str, How)), help="the way in which you told it")
    consent = setting.add_mutually_exclusive_group()
    consent.add_argument("--no-consent", action="store_true", help="you never allowed it to call you")
    consent.add_argument("--consent-on", metavar="DATE", help="you allowed it to call you")
    setting.add_argument(
        "--take-back",
        choices=["customer", "objections", "consent"],
        action="append",
        default=[],
        help="what was said of this was a mistake: nothing is said instead (may be given several times)",
    )
    setting.set_defaults(run=run_set)


async def run_list(config: Config, arguments: argparse.Namespace) -> int:
    """List companies."""
    knowledge = await looking.knowledge(config)
    country, text = arguments.country, " ".join(arguments.text)
    if country is not None and not (len(country) == 2 and country.isascii() and country.isupper()):  # noqa: PLR2004
        raise UsageError(f"“{country}” is no country; write two capital letters, such as BE")
    found = [
        company
        for company in knowledge.companies
        if (country is None or country in _countries(company))
        and (arguments.role is None or company.role == arguments.role)
        and (not text or _named(company, text))
    ]
    settings = {slug: str(setting.calls) for slug, setting in knowledge.settings.items()}
    items = [
        {
            "slug": company.slug,
            "name": company.name,
            "role": str(company.role),
            "sector": company.sector,
            "countries": sorted(_countries(company)),
            "calls": settings.get(company.slug, str(Calls.DEFAULT)),
        }
        for company in sorted(found, key=lambda company: company.slug)
    ]
    if arguments.json:
        say(json.dumps(items, ensure_ascii=False, indent=2))
    elif not items:
        say("No company in the rules fits that (rules/README.md says how to add one).")
    else:
        rows = [
            (*(str(item[key]) for key in _COLUMNS), " ".join(item["countries"]), _unless_default(item))
            for item in items
        ]
        say(table(rows, ("short name", "name", "role", "sector", "countries", "your setting")))
    return OK


_COLUMNS = ("slug", "name", "role", "sector")


def _unless_default(item: dict[str, Any]) -> str:
    return "" if item["calls"] == Calls.DEFAULT else str(item["calls"])


def _countries(company: Company) -> frozenset[str]:
    return frozenset({company.country}.union(*(name.countries for name in company.names)))


def _named(company: Company, text: str) -> bool:
    part = fold(text)
    return bool(part) and any(part in fold(name) for name in (company.slug, *(name.name for name in company.names)))


async def run_set(config: Config, arguments: argparse.Namespace) -> int:
    """Record what the household says of a company."""
    customer = Says.YES if arguments.customer or arguments.customer_until else None
    if arguments.never_customer:
        customer = Says.NEVER
    done = await commanding.done(
        config,
        "company-set",
        company=" ".join(arguments.company),
        calls=arguments.calls,
        customer=customer,
        since=arguments.customer_since,
        until=arguments.customer_until,
        objected_on=arguments.objected_on,
        objected_how=arguments.objected_how,
        consent=Says.NEVER if arguments.no_consent else Says.YES if arguments.consent_on else None,
        consent_on=arguments.consent_on,
        take_back=arguments.take_back,
        by=who(),
    )
    name = f"{done['name']} ({done['company']})"
    if done["calls"] is not None:
        say(f"{name}: {CALLS[Calls(done['calls'])]}.")
    for fact in done["recorded"]:
        then = "" if fact["company"] == done["company"] else f" ({fact['company']} then)"
        say(f"{name}: recorded that {sentence(fact, ZoneInfo(config.time_zone))}{then}.")
    warn(done["warnings"])
    return OK


async def run_show(config: Config, arguments: argparse.Namespace) -> int:
    """Show what is known of one company."""
    async with looking.dossiers(config) as dossiers:
        known = await dossiers.show(" ".join(arguments.company))
    if arguments.json:
        say(json.dumps(known, ensure_ascii=False, indent=2))
        return OK
    say("\n".join(page(known)))
    await warn_left_out(config)
    return OK
