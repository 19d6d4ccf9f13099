"""What a trunk sent as the caller's number, taken apart as text: the number written in it, or the word for “none”.

Knows the words that trunks send instead of a number, the URI forms of SIP, and where an extension begins. Knows nothing
about numbering plans; `number.py` does.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum, auto
from urllib.parse import unquote

MAX_TEXT = 40
"""Longest text that is parsed, in characters. ITU-T E.164 allows 15 digits; this leaves room for separators. The
library takes 250, at 11 ms a call, which a stranger could use to slow every call down."""

_WITHHELD_WORDS = frozenset(
    "anonymous anonym anonyme anoniem anonimo anônimo anónimo private privé privat privato privado prive restricted "
    "withheld blocked masqué masque hidden secret oculto nascosto unterdrückt onderdrukt afgeschermd geheim".split()
)
_UNAVAILABLE_WORDS = frozenset(
    "unknown unavailable unbekannt onbekend inconnu indisponible sconosciuto desconocido desconhecido asterisk s none "
    "null nonumber".split()
)
_URI = re.compile(r"\A[^<]*<?\s*(?P<scheme>sips?|tel):(?P<user>[^@>;]*)(?P<rest>[^>]*)", re.IGNORECASE)
_PHONE_CONTEXT = re.compile(r";phone-context=(\+[0-9.()-]+)", re.IGNORECASE)
_EXTENSION = re.compile(r"\s*(?:;ext=|,|x|ext\.?|#)\s*(?P<extension>[0-9]{1,7})\Z", re.IGNORECASE)
_PLAIN = re.compile(r"\A\+?[0-9](?:[0-9 ().\-/]*[0-9])?\Z")
_NUMBER = re.compile(r"\A\+?[ ().\-/]*[0-9][0-9 ().\-/]*\Z")


class Kind(Enum):
    """What a text turned out to be."""

    NUMBER = auto()
    WITHHELD = auto()
    UNAVAILABLE = auto()
    NOISE = auto()


@dataclass(frozen=True, slots=True)
class NumberText:
    """A text taken apart."""

    kind: Kind
    why: str = ""
    """Why it is no number, for a person to read; empty for a number."""
    text: str = ""
    """The number as written: ASCII digits, separators, perhaps a leading `+`."""
    extension: str = ""


def is_plain(raw: str) -> bool:
    """Whether a text is plainly a number as it stands, so that `read` would give it back: most are, and soon known."""
    return len(raw) <= MAX_TEXT and _PLAIN.match(raw) is not None


def read(raw: str) -> NumberText:
    """Take a text apart; never raises."""
    text = _user_part(unicodedata.normalize("NFKC", raw))
    categories = {unicodedata.category(c) for c in text}
    if "Cc" in categories:
        return NumberText(Kind.NOISE, "control characters")
    if not text.isascii():
        text = "".join(str(unicodedata.digit(c, c)) for c in text if unicodedata.category(c) != "Cf")
    text = text.strip()
    word = text.casefold().replace(" ", "").strip("'\"<>")
    if not word:
        return NumberText(Kind.UNAVAILABLE, "no number")
    if word in _UNAVAILABLE_WORDS:
        return NumberText(Kind.UNAVAILABLE, f"the word “{word}”")
    if word in _WITHHELD_WORDS:
        return NumberText(Kind.WITHHELD, f"the word “{word}”")
    if text[0] in "*#":
        return NumberText(Kind.NOISE, "service code")
    extension = _EXTENSION.search(text)
    if extension and extension.start():
        text = text[: extension.start()].rstrip()
    if len(text) > MAX_TEXT:
        return NumberText(Kind.NOISE, "longer than any number")
    if not _NUMBER.match(text):
        return NumberText(Kind.NOISE, "not written as a number")
    return NumberText(Kind.NUMBER, text=text, extension=extension["extension"] if extension else "")


def _user_part(text: str) -> str:
    """Take the number out of `sip:`/`tel:` URIs and name-addr forms; RFC 3261 section 25, RFC 3966."""
    if found := _URI.match(text):
        user = unquote(found["user"])
        if found["scheme"].lower() == "tel" and (extension := re.search(r";ext=[0-9]+", found["rest"])):
            user += extension[0]
        context = _PHONE_CONTEXT.search(found["rest"])
    else:
        opened, closed = text.rfind("<"), text.rstrip().endswith(">")
        user = text.rstrip()[opened + 1 : -1] if opened >= 0 and closed else text
        if context := _PHONE_CONTEXT.search(user):
            user = user[: context.start()]
    return context[1] + user.lstrip("0") if context and not user.startswith("+") else user
