"""When two names are the same name. Decides only that; which company a name means on which day is `company.py`'s."""

import re
import unicodedata

_LEGAL_FORMS = frozenset("ag bv bvba cv cvba gmbh inc limited llc ltd nv plc sa sarl sas sc scrl sprl srl vof".split())
_MAX_NAME = 200
"""Characters of a said name that are looked at."""


def fold(name: str) -> str:
    """A name as it is compared: no case, accents, punctuation, spaces or legal form. `Télénet B.V.` → `telenet`."""
    plain = unicodedata.normalize("NFKD", name[:_MAX_NAME].casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c))
    plain = re.sub(r"\b(\w)\.", r"\1", plain)  # “B.V.” is one word, “odido.nl” two
    words = re.findall(r"[^\W_]+", plain)
    return "".join([word for word in words if word not in _LEGAL_FORMS] or words)


def fits(shown: str, pattern: str) -> bool:
    """Whether a caller name fits a pattern in which `*` stands for anything. Never slow, whatever the pattern."""
    first, *rest = pattern.casefold().split("*")
    text = shown.casefold()
    if not rest:
        return text == first
    if not text.startswith(first):
        return False
    at = len(first)
    *middle, last = rest
    for part in middle:
        at = text.find(part, at)
        if at < 0:
            return False
        at += len(part)
    return len(text) - len(last) >= at and text.endswith(last)
