"""`[report.mail]` and `[[report.recipient]]`: who gets the weekly report, in which way and which language.

Decides the keys and that secrets stand in files of their own, never in the configuration. Nobody gets anything unless
named here. How each way works, `senders/` decides.
"""

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.parse import urlsplit

from blocker.core.languages import Language, language_of
from blocker.locality import locale_in_force
from blocker.tomlfile import Table, one_of

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
_HOST = re.compile(r"[A-Za-z0-9.:-]+", re.ASCII)

FileIn = Callable[[Table, str], Path | None]
"""Reads a key that names a file; None where it isn't there."""


class Security(StrEnum):
    """How a mail server is spoken to."""

    TLS = "tls"
    """Encrypted from the first byte (RFC 8314)."""
    STARTTLS = "starttls"
    """Encrypted before anything is said that matters (RFC 3207); a server that doesn't offer it gets nothing."""
    NONE = "none"
    """In the clear: only within this machine."""


_PORTS = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


@dataclass(frozen=True)
class Mail:
    """`[report.mail]`: the mail server that takes the reports."""

    host: str
    port: int
    security: Security
    sender: str
    """`from`: the address that mails come from."""
    user: str = ""
    password_file: Path | None = None
    certificates: Path | None = None
    """Whom to believe that the server is who it says, in PEM; None for those whom the system believes."""


class Way(StrEnum):
    """How somebody gets it; also the key that names where to."""

    EMAIL = "email"
    FOLDER = "folder"
    WEBHOOK = "webhook"
    NTFY = "ntfy"


class Form(StrEnum):
    """A file of the report that can go along."""

    PDF = "pdf"
    HTML = "html"
    CSV = "csv"
    JSON = "json"
    ICS = "ics"


_FORMS: Mapping[Way, tuple[Form, ...]] = {
    Way.EMAIL: (Form.PDF,),
    Way.FOLDER: (Form.PDF, Form.HTML, Form.CSV, Form.JSON, Form.ICS),
}


@dataclass(frozen=True)
class Recipient:
    """`[[report.recipient]]`: one who gets the report."""

    way: Way
    target: str
    """An address, a whole path or a URL."""
    name: str
    """What the household calls it; unique."""
    language: Language | None = None
    """None for the report's first one."""
    attach: tuple[Form, ...] = ()
    secret_file: Path | None = None
    """Holds the word that a web server wants to see."""
    private_addresses: bool = False
    """Whether its URL may lead into the house."""

    @property
    def key(self) -> str:
        """By which it is known what was sent: whoever gets another name or language gets nothing twice."""
        return f"{self.way}:{self.target}"


def languages_of(
    chosen: Sequence[Language], recipients: Sequence[Recipient], region: str, environ: Mapping[str, str]
) -> tuple[Language, ...]:
    """The languages a report is made in: the configured ones, else the household's, and what recipients read.

    Args:
        chosen: `[report] languages`.
        recipients: those configured.
        region: ISO 3166-1 alpha-2 of the household.
        environ: the process's environment, for its locale.
    """
    first = tuple(chosen) or (language_of(region, locale_in_force(environ)),)
    return tuple(dict.fromkeys((*first, *(one.language for one in recipients if one.language))))


def read_mail(table: Table | None, file_in: FileIn) -> Mail | None:
    """`[report.mail]`; None where it is left out."""
    if table is None:
        return None
    host = table.text("host", required=True)
    security = table.word("security", Security, Security.TLS)
    if host and not _HOST.fullmatch(host):
        table.fault(f"“{host}” is no host", "write a name such as mail.example.org", key="host")
    if security is Security.NONE and not _within_this_machine(host):
        mend = f"write “{Security.TLS}” or “{Security.STARTTLS}”, whichever your provider names"
        table.fault(f"without encryption everybody on the way to {host} could read the report", mend, key="security")
    user, password = table.text("user"), file_in(table, "password_file")
    if bool(user) != bool(password):
        table.fault("user and password_file go together", "write both or none", key="user" if user else "password_file")
    return Mail(
        host=host,
        port=table.whole("port", _PORTS[security], low=1, high=65_535),
        security=security,
        sender=_address(table, "from"),
        user=user,
        password_file=password,
        certificates=file_in(table, "certificates"),
    )


def read_recipients(tables: Sequence[Table], mail: Mail | None, file_in: FileIn) -> tuple[Recipient, ...]:
    """Each `[[report.recipient]]`; what is wrong is noted there."""
    recipients: list[Recipient] = []
    for table in tables:
        ways = [way for way in Way if way in table]
        if len(ways) != 1:
            mend = f"write one of: {', '.join(f'{way} = …' for way in Way)}"
            table.fault("a recipient has exactly one way to be reached", mend)
            for way in ways:
                table.text(way)
            continue
        one = _recipient(table, ways[0], file_in)
        if one.way is Way.EMAIL and mail is None:
            table.fault("no mail server is named", "add a table [report.mail] with host and from", key="email")
        if any(one.key == other.key for other in recipients):
            table.fault(f"{one.target} is named twice", "remove one of them", key=one.way)
        elif any(one.name == other.name for other in recipients):
            table.fault(f"two recipients are called “{one.name}”", 'give one another name = "…"')
        recipients.append(one)
    return tuple(recipients)


def _recipient(table: Table, way: Way, file_in: FileIn) -> Recipient:
    target = {Way.EMAIL: _address, Way.FOLDER: _folder(file_in)}.get(way, _url)(table, way)
    language = table.choice("language", Language, "")
    web = way in {Way.WEBHOOK, Way.NTFY}
    host = urlsplit(target).hostname if web and target else None
    return Recipient(
        way=way,
        target=target,
        name=table.text("name") or (f"{way} at {host}" if host else target),
        language=Language(language) if language else None,
        attach=() if web else tuple(_attached(table, _FORMS[way])),
        secret_file=file_in(table, "secret_file") if web else None,
        private_addresses=table.flag("private_addresses", default=False) if web else False,
    )


def _attached(table: Table, default: tuple[Form, ...]) -> Iterator[Form]:
    if "attach" not in table:
        yield from default
    for index, text in enumerate(table.texts("attach")):
        if text in set(Form):
            yield Form(text)
        else:
            table.fault(f"“{text}” is no form of the report", one_of(text, Form), key="attach", item=index)


def _folder(file_in: FileIn) -> Callable[[Table, str], str]:
    def read(table: Table, key: str) -> str:
        folder = file_in(table, key)
        if folder is None:
            table.fault(f"{key} is empty", "write the path of a folder", key=key)
        return str(folder or "")

    return read


def _address(table: Table, key: str) -> str:
    address = table.text(key, required=True)
    if address and not _ADDRESS.fullmatch(address):
        mend = "write it like anna@example.org; a name with other letters as xn--…"
        table.fault(f"“{address}” is no e-mail address", mend, key=key)
    return address


def _url(table: Table, key: str) -> str:
    url = table.text(key, required=True)
    if not url:
        return ""
    if not _is_web_address(url):
        table.fault(f"“{url}” is no web address", "write it whole: https://…", key=key)
        return ""
    parts = urlsplit(url)
    if key == Way.NTFY and (not parts.path.strip("/") or parts.query):
        table.fault(f"{url} names no topic", "write it like https://ntfy.sh/my-topic", key=key)
    if "@" in parts.netloc:
        table.fault("a password in a web address ends up in logs", "put it into a secret_file", key=key)
    return url


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        reachable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and reachable and url.isascii() and url.isprintable() and " " not in url


def _within_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
