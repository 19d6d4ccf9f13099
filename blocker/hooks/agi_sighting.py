"""What Asterisk's environment and the dialplan's arguments say about a call, as a `Sighting`.

Decides which of it is believed and what is left out as not to be shown. What is well-formed AGI is `agi.py`'s business.
The arguments are told in `docs/spec/dialplan-hook.md`, section 2.
"""

from binascii import a2b_base64, b2a_base64
from collections.abc import Mapping

from blocker.core.call import HEADERS, Redirecting, Sighting
from blocker.errors import ProtocolError
from blocker.hooks.agi import Request

_GUARD = "(" * 8
"""What the dialplan writes before each text, so that Asterisk takes no parenthesis and colon in it for its own."""

_NOTHING = b2a_base64(_GUARD.encode(), newline=False).decode()


def sighting_of(request: Request, peer: str) -> Sighting:
    """What Asterisk's environment says about a call. Asterisk writes `unknown` where it has nothing to say.

    The dialplan may give as arguments: the called number, since `agi_dnid` is that of the trunk; the call's `linkedid`,
    which its CDRs share; where it had to take control characters out, the number as sent, percent-encoded; and what AGI
    doesn't tell, as `NAME=BASE64&…`.

    Raises:
        ProtocolError: there is no caller ID, or the presentation is no number; whoever this is, it isn't Asterisk.
    """
    fields = request.fields
    if "callerid" not in fields:
        raise ProtocolError(f"an environment without agi_callerid, of {len(fields)} lines")
    presentation = fields.get("callingpres")
    if presentation is not None and not (presentation.isdecimal() and len(presentation) <= 3):  # noqa: PLR2004 (a byte)
        raise ProtocolError(f"agi_callingpres isn't a number but {presentation[:20]!r}")
    called = fields.get("arg_1") or fields.get("dnid", "")
    name = fields.get("calleridname", "")
    shown = presentation is None or not int(presentation) & 0x60  # a number not to be shown is kept nowhere
    facts = _facts_of(fields.get("arg_4", ""))
    references = {
        "uniqueid": fields.get("uniqueid", ""),
        "channel": fields.get("channel", ""),
        "linkedid": fields.get("arg_2", ""),
        "number_sent": fields.get("arg_3", "") if shown else "",
        "sip_call_id": facts.get("call-id", ""),
        "peer": peer,
    }
    return Sighting(
        hook="fastagi",
        number=fields["callerid"],
        name="" if name == "unknown" else name,
        presentation=None if presentation is None else int(presentation),
        called="" if called == "unknown" else called,
        channel=fields.get("channel", ""),
        references={key: value for key, value in references.items() if value},
        headers={name: facts[name] for name in HEADERS if name in facts},
        redirecting=_redirecting_of(fields, facts),
    )


def _facts_of(argument: str) -> dict[str, str]:
    """What the dialplan adds to AGI's environment, by name; without what is empty, cut off or none of its doing."""
    facts = {}
    for fact in argument.split("&"):
        name, _, coded = fact.partition("=")
        if coded == _NOTHING:  # most headers are, on most calls
            continue
        if name == "redirecting-pres":
            facts[name] = coded
            continue
        try:
            text = a2b_base64(coded).decode("latin-1")
        except ValueError:  # binascii.Error, and what isn't ASCII
            continue
        if text.startswith(_GUARD):
            facts[name] = text[len(_GUARD) :]
    return facts


def _redirecting_of(fields: Mapping[str, str], facts: Mapping[str, str]) -> Redirecting | None:
    """Who forwarded the call; nobody where that number isn't to be shown."""
    number = fields.get("rdnis", "unknown")
    if number in {"", "unknown"} or not facts.get("redirecting-pres", "allowed").startswith("allowed"):
        return None
    return Redirecting(number, facts.get("redirecting-name", ""), facts.get("redirecting-reason", ""))
