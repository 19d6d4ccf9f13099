"""The rows of the order of precedence: what each looks at in a case, and what it finds.

A row finds nothing, or something to note, or enough to decide. It doesn't know the other rows, nor where it stands
among them: that is `decide.py`.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache

from blocker.core.case import Case, Found
from blocker.core.community_judgement import NOTHING_SAID, Judgement, judge
from blocker.core.company import Company
from blocker.core.company_name import fits
from blocker.core.company_setting import MAX_CALLER_NAME, Calls, CompanySetting
from blocker.core.company_setting import decision as wish_for
from blocker.core.listing import ListIndex
from blocker.core.number import E164, Caller, Unusable, Withheld
from blocker.core.plain_text import as_unicode
from blocker.core.ranges import Range, RangeClass
from blocker.core.verdict import Decision, Match


def protected(case: Case) -> Found | None:
    """Emergency and help lines."""
    for hit in case.ranges or _short_codes(case):
        if hit.range_class is RangeClass.PROTECTED:
            return Found((Match("protected", hit.prefix, hit.where, hit.citation),), Decision.RING)
    return None


def _short_codes(case: Case) -> tuple[Range, ...]:
    """What a caller such as `112` means in the country of the line."""
    if not isinstance(case.call.caller, Unusable):
        return ()
    day = case.moment.local.date()
    hit = case.knowledge.ranges.is_protected(case.call.caller.raw, case.call.line.region, day)
    return (hit,) if hit else ()


def allow_list(case: Case) -> Found | None:
    """The household's yes."""
    return _listed(case, case.knowledge.allow, Decision.RING)


def emergency_call_back(case: Case) -> Found | None:
    """The hours after a call for help."""
    wanted, now = case.knowledge.wanted, case.moment.local
    if wanted.no_blocking_until is None or not wanted.pauses_at(now):
        return None
    what = f"no blocking until {_clock(wanted.no_blocking_until, now)}"
    return Found((Match("blocking-paused", what, "a call from here to an emergency or help line"),), Decision.RING)


def contact(case: Case) -> Found | None:
    """The household's address book. Whose number it is stays there."""
    return _A_CONTACT if case.number in case.knowledge.wanted.contacts else None


def dialled(case: Case) -> Found | None:
    """Numbers that the household rang. When it did is nobody else's business, so it isn't said."""
    at = case.knowledge.wanted.dialled.get(case.number)
    if at is None or case.moment.local >= at + case.knowledge.policy.dialled:
        return None
    return _DIALLED


def expected(case: Case) -> Found | None:
    """A window in which the household expects a call."""
    for window in case.knowledge.wanted.windows:
        if window.holds_at(case.moment.local) and (window.company is None or _comes_from(case, window.company)):
            whose = f"from {window.company} " if window.company else ""
            what = f"expecting a call {whose}until {_clock(window.until, case.moment.local)}"
            return Found((Match("window", what, "blocker expect", window.by),), Decision.RING)
    return None


def _comes_from(case: Case, slug: str) -> bool:
    """Whether a call may be a company's: good enough to let it ring, never to say who called."""
    company = case.knowledge.companies.by_slug(slug)
    if company is None:
        return False
    for known in company.numbers:
        if case.number == known.prefix or (not known.whole and case.number.startswith(known.prefix)):
            return True
    if isinstance(case.call.caller, Withheld):  # its name was not to be shown either
        return False
    return any(fits(case.call.sighting.name, pattern) for pattern in company.caller_names)


def _clock(instant: datetime, local: datetime) -> str:
    """An instant as the clock of the line shows it."""
    return instant.astimezone(local.tzinfo).strftime("%Y-%m-%d %H:%M")


_A_CONTACT = Found((Match("contact", "a contact", "the household's contacts"),), Decision.RING)
_DIALLED = Found((Match("dialled", "a number dialled from here", "calls out of the house"),), Decision.RING)


def block_list(case: Case) -> Found | None:
    """The household's no."""
    return _listed(case, case.knowledge.block, Decision.BLOCK)


def _listed(case: Case, index: ListIndex, decision: Decision) -> Found | None:
    listing = index.match(case.number, case.moment.local)
    if listing is None:
        return None
    return Found((Match(f"{listing.list}-list", listing.text, "the household's own list", listing.comment),), decision)


def company(case: Case) -> Found | None:
    """Numbers that a company publishes, and caller names of companies for which the household has a setting."""
    known = case.knowledge.companies.by_number(case.number)
    if known is None:
        return _caller_name(case) if case.knowledge.settings else None
    company, number = known
    match = Match("company", company.name, number.where, f"{number.purpose} number: {number.source}")
    setting = _setting(case, company)
    # A service number says nothing about who calls: it can be made up by anybody, and the bank rings back from one.
    calls, noted = (setting.calls, (_setting_match(setting),)) if setting else (Calls.DEFAULT, ())
    return Found((match, *noted), wish_for(calls, number.purpose))


def _caller_name(case: Case) -> Found | None:
    """The household's settings for companies that a caller name looks like; where they differ, it rings."""
    if not case.call.sighting.name:
        return None
    found: Found | None = None
    for company in case.knowledge.companies.by_caller_name(as_unicode(case.call.sighting.name[:MAX_CALLER_NAME])):
        setting = _setting(case, company)
        wish = wish_for(setting.calls, None) if setting else None
        if setting and wish and (found is None or wish is Decision.RING):
            match = Match("company", company.name, company.where, "caller name presented")
            found = Found((match, _setting_match(setting)), wish)
    return found


def _setting(case: Case, company: Company) -> CompanySetting | None:
    """What the household said of a company, or of the one that has taken it over since."""
    settings = case.knowledge.settings
    if not settings or company.slug in settings:
        return settings.get(company.slug)
    heir = case.knowledge.companies.successor(company.slug, case.moment.local.date())
    return settings.get(heir.slug) if heir else None


def _setting_match(setting: CompanySetting) -> Match:
    return Match("company-setting", setting.calls, setting.where)


def canvassing_range(case: Case) -> Found | None:
    """Ranges that a country sets aside for canvassing."""
    return _in_range(case, RangeClass.CANVASSING, case.knowledge.policy.canvassing)


def premium_range(case: Case) -> Found | None:
    """Numbers that cost whoever rings back."""
    return _in_range(case, RangeClass.PREMIUM, case.knowledge.policy.premium)


def _in_range(case: Case, wanted: RangeClass, wish: Decision) -> Found | None:
    for hit in case.ranges:
        if hit.range_class is wanted:
            return _as_wished((Match("range", hit.prefix, hit.where, hit.citation),), wish)
    return None


def often(case: Case) -> Found | None:
    """An unknown number that calls again and again on one day. It says nothing against anybody, so it only flags."""
    today, limit = case.moment.today, case.knowledge.policy.flag_after
    if not limit or today < limit or case.knowledge.companies.by_number(case.number):
        return None
    note = f"call number {today} on this day"
    return Found((Match("recent", case.number, "calls seen by this program", note),), flagged=True)


def repeat(case: Case) -> Found | None:
    """The same number again, within minutes."""
    if case.moment.previous is None:
        return None
    since, limit = case.moment.local - case.moment.previous, case.knowledge.policy.repeat
    if not limit or not timedelta() <= since <= limit:
        return None
    note = f"called {int(since.total_seconds())} seconds before"
    return Found((Match("recent", case.number, "calls seen by this program", note),), Decision.RING)


def community(case: Case) -> Found | None:
    """What strangers say of a number."""
    judgement = judgement_of(case)
    if judgement is NOTHING_SAID or not (matches := judgement.matches):
        return None
    blocks = judgement.blocks and case.knowledge.policy.community is Decision.BLOCK
    return Found(matches, Decision.BLOCK if blocks else None)


def judgement_of(case: Case) -> Judgement:
    """What the community lists come to for the caller, which is nothing most of the time, and then costs nothing."""
    lists, terms = case.knowledge.community, case.knowledge.terms
    hits, around = lists.lookup(case.number), cache(lists.neighbours)
    if not hits and not (terms.ranges and around(case.number)):
        return NOTHING_SAID
    if terms.ranges and case.knowledge.companies.by_number(case.number):
        terms = replace(terms, ranges=False)  # whose it is stands in the rules, and needs no guess from those beside it
    return judge(case.number, hits, around, terms, case.moment.local.astimezone(UTC).date())


def withheld(case: Case) -> Found | None:
    """A number that is not to be shown."""
    return _odd("withheld", _why_none(case.call.caller), case.knowledge.policy.withheld)


def unavailable(case: Case) -> Found | None:
    """No number to show."""
    return _odd("unavailable", _why_none(case.call.caller), case.knowledge.policy.unavailable)


def unusable(case: Case) -> Found | None:
    """A text that is no number."""
    return _odd("unusable", _why_none(case.call.caller), case.knowledge.policy.unusable)


def invalid(case: Case) -> Found | None:
    """A number that its country's plan doesn't have."""
    if not isinstance(case.call.caller, E164) or case.call.caller.valid:
        return None
    why = "the numbering plan, as the library knows it, has no such number"
    return _odd("invalid", why, case.knowledge.policy.invalid)


def _why_none(caller: Caller) -> str:
    return "" if isinstance(caller, E164) else caller.why


def _odd(what: str, why: str, wish: Decision) -> Found:
    return _as_wished((Match("caller", what, "caller ID", why),), wish)


def _as_wished(matches: tuple[Match, ...], wish: Decision) -> Found:
    """Block where the household wants that; else only flag, so that a later row can still speak."""
    return Found(matches, Decision.BLOCK) if wish is Decision.BLOCK else Found(matches, flagged=True)


_RINGS = Found((), Decision.RING)


def nothing_known(_: Case) -> Found | None:
    """The rest."""
    return _RINGS
