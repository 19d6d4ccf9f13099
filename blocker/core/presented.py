"""What an entry says of the caller ID: one form for calls that this blocker saw and for those another device recorded.

Decides what of it is kept. Where no number is to be shown, neither number nor name is kept, only a word that stood
there. What kind of caller a text is, `number.py` decides.
"""

from typing import Any

from blocker.core.number import E164, Caller, Unavailable, Unusable, Withheld


def presented(caller: Caller, raw: str, name: str, presentation: int | None) -> dict[str, Any]:
    """The field `presented` of a call's entry.

    Args:
        caller: in normal form.
        raw: the text it was made of, bytes read as Latin-1.
        name: the caller name that came with it, likewise.
        presentation: Asterisk's CALLERPRES byte, or None.
    """
    hidden = isinstance(caller, Withheld | Unavailable)
    word = "" if any(c.isdigit() for c in raw) else raw
    number, valid = (caller.number, caller.valid) if isinstance(caller, E164) else (None, None)
    kind, why = _kind_of(caller)
    return {
        "kind": kind,
        "why": why,
        "number": number,
        "valid": valid,
        "raw": word if hidden else raw,
        "name": "" if hidden else name,
        "presentation": presentation,
    }


def _kind_of(caller: Caller) -> tuple[str, str]:
    match caller:
        case E164():
            return "e164", ""
        case Withheld(why):
            return "withheld", why
        case Unavailable(why):
            return "unavailable", why
        case Unusable(_, why):
            return "unusable", why
