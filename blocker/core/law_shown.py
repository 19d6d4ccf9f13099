"""A law flag as plain values: which provision in which version, on which facts, from which source, how sure.

Decides nothing but the form; whoever shows a flag shows with it what has to be looked up first.
"""

from typing import Any

from blocker.core.law import LawFlag


def shown_flag(flag: LawFlag) -> dict[str, Any]:
    """One flag, as JSON values."""
    provision = flag.provision
    return {
        "provision": provision.id,
        "title": provision.title,
        "finding": str(flag.finding),
        "sentence": flag.sentence,
        "citation": provision.citation,
        "version": provision.version,
        "check": provision.check,
        "sure": str(provision.sure),
        "binding": str(provision.binding),
        "source": {"title": provision.source.title, "url": provision.source.url, "seen": str(provision.source.seen)},
        "where": provision.where,
        "facts": [{"what": fact.what, "value": fact.value} for fact in flag.facts],
        "unknown": list(flag.unknown),
    }
