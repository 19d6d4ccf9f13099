"""PhoneBlock's interface on loopback, made after its public description: lists, look-ups and reports, by its rules.

What the community says grows as a test lets it: `vote`, `pass_days`. A list tells votes as the floor of a bucket, so
that a number is published again only when its bucket changes; one that falls out lives on as a tombstone, and for a
limited time. `fault` makes the next requests go wrong in a way that servers do. All requests are kept for looking at.
"""

import asyncio
import gzip
import hashlib
import json
import struct
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from xml.sax.saxutils import quoteattr

from aiohttp import web
from fakes.web_server import serving

BUCKETS = (100, 50, 20, 10, 4, 2)
RATINGS = ("A_LEGITIMATE", "B_MISSED", "C_PING", "D_POLL", "E_ADVERTISING", "F_GAMBLE", "G_FRAUD")
REPORTS_A_DAY = 20
BASE = "/phoneblock/api"


class Fault(StrEnum):
    """What can be wrong with an answer."""

    BAD_REQUEST = "400 as text"
    TOO_MANY = "429 with Retry-After"
    UNAVAILABLE = "503 with Retry-After"
    BROKEN = "500 with a page"
    SILENT = "no answer at all"
    ENDLESS = "a list without an end"
    PAGE = "a page in the place of data"
    HALF_GZIP = "compressed, and cut off"
    CUT_OFF = "half a document"
    EMPTY = "a whole list without numbers"
    OLD = "an answer of a version long past"


@dataclass
class Item:
    """A number as the community knows it."""

    votes: int
    rating: str
    seen: datetime
    added: datetime
    bucket: int = 0
    version: int = 0
    """When the list last told of it."""
    gone: datetime | None = None
    """Since when it is a tombstone."""


@dataclass(frozen=True)
class Asked:
    """One request."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    token: str


@dataclass
class PhoneBlock:
    """The server's state, and what a test may throw."""

    token: str = "pbt_0123456789abcdef"  # noqa: S105  (nobody's)
    now: datetime = datetime(2026, 11, 17, 8, 0, tzinfo=UTC)
    min_visible_votes: int = 10
    tombstones_live: timedelta = timedelta(days=120)
    retry_after: str = "7200"
    fault: Fault | None = None
    contradictions: bool = False
    """Answers as the examples of the description have them, and not as the description itself says."""
    version: int = 1
    items: dict[str, Item] = field(default_factory=dict)
    white: set[str] = field(default_factory=set)
    """The account's own lists."""
    black: set[str] = field(default_factory=set)
    rated: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What `/rate` was told, by number."""
    reports: list[tuple[str, bool]] = field(default_factory=list)
    """What `/report-call` was told and took, each with whether it was a wildcard's."""
    asked: list[Asked] = field(default_factory=list)
    url: str = ""
    """Where it listens, with the interface's path and without a slash at the end."""
    _today: Counter[str] = field(default_factory=Counter)
    _over: asyncio.Event = field(default_factory=asyncio.Event)

    def close(self) -> None:
        """Whoever waits for an answer gets none, and the server can end."""
        self._over.set()

    def vote(self, phone: str, votes: int = 1, rating: str = "E_ADVERTISING") -> None:
        """So many more people say so of a number (E.164); fewer, where `votes` is below 0."""
        item = self.items.setdefault(phone, Item(0, rating, self.now, self.now))
        item.votes, item.rating, item.seen = max(0, item.votes + votes), rating, self.now
        self._publish(item)

    def pass_days(self, days: int) -> None:
        """Time passes; tombstones that lived long enough are forgotten."""
        self.now += timedelta(days=days)
        for phone, item in list(self.items.items()):
            if item.gone and self.now - item.gone > self.tombstones_live:
                del self.items[phone]

    def visible(self) -> dict[str, int]:
        """What a whole list holds at present: numbers with their buckets."""
        return {phone: item.bucket for phone, item in self.items.items() if item.bucket}

    def _publish(self, item: Item) -> None:
        bucket = next((floor for floor in BUCKETS if floor <= item.votes), 0)
        bucket = bucket if bucket >= self.min_visible_votes else 0
        if bucket != item.bucket:
            self.version += 1
            item.version, item.bucket = self.version, bucket
            item.gone = None if bucket else self.now

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """One request."""
        asked = Asked(
            request.method,
            request.path.removeprefix(BASE),
            dict(request.query),
            dict(request.headers),
            await request.read(),
            request.headers.get("Authorization", "").removeprefix("Bearer "),
        )
        self.asked.append(asked)
        if self.fault is not None:
            return await self._go_wrong(self.fault, request)
        if asked.token != self.token:
            headers = {"WWW-Authenticate": 'Basic realm="PhoneBlock", charset="UTF-8"'}
            return web.Response(status=401, text="Please provide login credentials.", headers=headers)
        name = asked.path.strip("/").split("/")[0]
        serve = {
            ("GET", "test"): self._test,
            ("GET", "account"): self._account,
            ("GET", "ratings"): self._ratings,
            ("GET", "blocklist"): self._blocklist,
            ("GET", "check"): self._check,
            ("GET", "check-prefix"): self._check_prefix,
            ("GET", "num"): self._num,
            ("POST", "rate"): self._rate,
            ("POST", "report-call"): self._report_call,
        }.get((asked.method, name))
        return serve(asked) if serve else web.Response(status=404, text="Not found.")

    async def _go_wrong(self, fault: Fault, request: web.Request) -> web.StreamResponse:
        if fault is Fault.SILENT:
            await self._over.wait()
            return web.Response(status=503)
        if fault is Fault.ENDLESS:
            return await self._endless(request)
        page, later = "<!DOCTYPE html><html><body>We'll be back.</body></html>", {"Retry-After": self.retry_after}
        squeezed = gzip.compress(json.dumps({"numbers": [], "version": self.version}).encode())
        half, kind = squeezed[: len(squeezed) // 2], "application/json"
        return {
            Fault.BAD_REQUEST: web.Response(status=400, text="Invalid parameter."),
            Fault.TOO_MANY: web.Response(status=429, text="Later.", headers=later),
            Fault.UNAVAILABLE: web.Response(status=503, text="Later.", headers=later),
            Fault.BROKEN: web.Response(status=500, text=page, content_type="text/html"),
            Fault.PAGE: web.Response(text=page, content_type="text/html"),
            Fault.HALF_GZIP: web.Response(body=half, headers={"Content-Encoding": "gzip"}, content_type=kind),
            Fault.CUT_OFF: web.Response(body=b'{"numbers":[{"phone":"+3225', content_type=kind),
            Fault.EMPTY: self._json({"numbers": [], "version": self.version}),
            Fault.OLD: self._json({"numbers": [], "version": 1}),
        }[fault]

    async def _endless(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "application/json"})
        await response.prepare(request)
        await response.write(b'{"numbers":[')
        while not self._over.is_set():
            await response.write(b'{"phone":"+32475551234","votes":10,"rating":"G_FRAUD"},' * 1000)
        return response

    def _json(self, value: object) -> web.Response:
        return web.Response(body=json.dumps(value).encode(), content_type="application/json", charset="utf-8")

    def _test(self, _: Asked) -> web.Response:
        return web.Response(text="ok")

    def _account(self, _: Asked) -> web.Response:
        return self._json({"login": "a", "language" if self.contradictions else "lang": "de", "dialPrefix": "+32"})

    def _ratings(self, _: Asked) -> web.Response:
        return self._json({"values": list(RATINGS)})

    def _shown_rating(self, rating: str) -> str:
        return "C_POLL" if self.contradictions and rating == "D_POLL" else rating

    def _blocklist(self, asked: Asked) -> web.Response:
        query = asked.query
        since = query.get("since", "0")
        if not since.isdecimal() or ("since" in query and "limit" in query):
            return web.Response(status=400, text="Invalid parameter 'since'.")
        chosen = [
            (phone, item)
            for phone, item in self.items.items()
            if (item.version > int(since) if int(since) else item.bucket) and item.version
        ]
        if "limit" in query:
            chosen = sorted(chosen, key=lambda each: -each[1].votes)[: int(query["limit"])]
        form = query.get("format", "json")
        if form == "binary":
            return web.Response(body=self._binary(query), content_type="application/octet-stream")
        if form == "xml":
            return web.Response(text=self._xml(chosen), content_type="text/xml")
        return self._json({"numbers": [self._entry(*each) for each in chosen], "version": self.version})

    def _entry(self, phone: str, item: Item) -> dict[str, Any]:
        rating, activity = self._shown_rating(item.rating), int(item.seen.timestamp() * 1000)
        return {"phone": phone, "votes": item.bucket, "rating": rating, "lastActivity": activity}

    def _xml(self, chosen: list[tuple[str, Item]]) -> str:
        rows = [
            f"<phone-info phone={quoteattr(phone)} votes={quoteattr(str(item.bucket))} "
            f"rating={quoteattr(self._shown_rating(item.rating))}/>"
            for phone, item in chosen
        ]
        return f'<?xml version="1.0" encoding="utf-8"?><blocklist version="{self.version}">{"".join(rows)}</blocklist>'

    def _binary(self, query: dict[str, str]) -> bytes:
        if query.get("type") == "personal":
            marked = [(phone, False) for phone in self.white] + [(phone, True) for phone in self.black]
            return pbbl(marked)
        least = max((step for step in BUCKETS if step <= int(query.get("minDirect", "10"))), default=2)
        room = (int(query.get("maxBytes", "262144")) - 16) // 8
        ranked = sorted(self.items.items(), key=lambda each: -each[1].votes)
        exact = [phone for phone, item in ranked if item.bucket >= least]
        least_range = int(query.get("minRange", "0"))
        blocks = [
            block["prefix"]
            for digits in (1, 2)
            for block in self.ranges(digits)
            if least_range and block["votes"] >= least_range
        ]
        return pbbl([(phone, True) for phone in exact[:room]], [(block, True) for block in blocks])

    def ranges(self, digits: int) -> list[dict[str, Any]]:
        """The blocks of 10 (last digit dropped) or 100 that are spoken of as a whole, after the documented rule."""
        members: dict[str, list[tuple[str, int]]] = {}
        for phone, item in self.items.items():
            if item.votes >= 2:  # two votes make a member
                members.setdefault(phone[:-digits], []).append((phone, item.votes))
        found = []
        for prefix, those in members.items():
            tens = Counter(phone[:-1] for phone, _ in those)
            spread = sum(count >= 2 for count in tens.values())
            if (len(those) >= 4) if digits == 1 else (len(those) >= 8 and spread >= 4):
                found.append({"prefix": prefix, "votes": sum(votes for _, votes in those), "cnt": len(those)})
        return found

    def _info(self, phone: str) -> dict[str, Any]:
        item = self.items.get(phone)
        info: dict[str, Any] = {"phone": phone, "votes": 0, "votesWildcard": 0, "rating": "A_LEGITIMATE"}
        info |= {"whiteListed": phone in self.white, "blackListed": phone in self.black, "archived": False}
        if item is not None:
            info |= {"votes": item.votes, "rating": self._shown_rating(item.rating)}
            info |= {"dateAdded": int(item.added.timestamp() * 1000), "lastUpdate": int(item.seen.timestamp() * 1000)}
        if phone in self.white:
            info["rating"] = "A_LEGITIMATE"
        elif phone in self.black and item is None:
            info["rating"] = "B_MISSED"
        return info

    def _num(self, asked: Asked) -> web.Response:
        return self._json(self._info(asked.path.rpartition("/")[2]))

    def _check(self, asked: Asked) -> web.Response:
        for phone in self.items:
            if sha1(phone) == asked.query.get("sha1", "").upper():
                return self._json(self._info(phone))
        return self._json({"phone": "unknown", "votes": 0, "votesWildcard": 0, "rating": "A_LEGITIMATE"})

    def _check_prefix(self, asked: Asked) -> web.Response:
        query = asked.query
        if not query.get("sha1"):
            return web.Response(status=400, text="Missing 'sha1' parameter.")
        for name in ("sha1", "prefix10", "prefix100"):
            given = query.get(name, "0000")
            if not 4 <= len(given) <= 40 or len(given) % 2 or any(c not in "0123456789abcdefABCDEF" for c in given):
                return web.Response(status=400, text=f"Invalid '{name}' prefix.")
        known = [*self.items, *sorted((self.white | self.black) - self.items.keys())]
        answer: dict[str, Any] = {
            "numbers": [self._info(phone) for phone in known if sha1(phone).startswith(query["sha1"].upper())]
        }
        for name, digits in (("10", 1), ("100", 2)):
            wanted = query.get(f"prefix{name}", "-").upper()
            blocks = self.ranges(digits)
            answer[f"range{name}"] = [block for block in blocks if sha1(block["prefix"]).startswith(wanted)]
        return self._json(answer)

    def _rate(self, asked: Asked) -> web.Response:
        try:
            said = json.loads(asked.body)
            phone, rating = said["phone"], said["rating"]
        except (ValueError, KeyError, TypeError):
            return web.Response(status=400, text="Invalid request.")
        if rating not in RATINGS or len(said.get("comment", "")) > 1000:
            return web.Response(status=400, text="Invalid rating.")
        phone = "+" + phone[2:] if phone.startswith("00") else phone
        if phone not in self.rated:
            self.vote(phone, 1, rating)
        self.rated[phone] = said
        return web.Response(text="Rating recorded.")

    def _report_call(self, asked: Asked) -> web.Response:
        phone = asked.path.rpartition("/")[2]
        phone = "+" + phone[2:] if phone.startswith("00") else phone
        day = self.now.date().isoformat()
        self._today[day] += 1
        if self._today[day] <= REPORTS_A_DAY:
            self.reports.append((phone, asked.query.get("wildcard") == "true"))
        return web.Response(status=204)  # always silent

    def over_quota(self) -> int:
        """How many reports of calls came beyond what a day may have."""
        return sum(max(0, count - REPORTS_A_DAY) for count in self._today.values())


def sha1(text: str) -> str:
    """As the interface writes it: 40 hexadecimal digits of the number with its plus."""
    return hashlib.sha1(text.encode()).hexdigest().upper()  # noqa: S324  (the interface's choice)


def pbbl(exact: list[tuple[str, bool]], prefixes: list[tuple[str, bool]] | None = None) -> bytes:
    """A list in the binary form: targets with `+`, each with whether it is black."""
    sections = [sorted(_record(*each) for each in section) for section in (exact, prefixes or [])]
    lengths = 0
    for text, _ in prefixes or []:
        lengths |= 1 << (len(text) - 1)
    head = struct.pack("<4sHHII", b"PBBL", 1, lengths, len(sections[0]), len(sections[1]))
    return head + b"".join(struct.pack("<Q", record) for section in sections for record in section)


def _record(text: str, black: bool) -> int:  # noqa: FBT001
    key = 0
    for place in range(16):
        digits = text.lstrip("+")
        key = key * 11 + (int(digits[place]) + 1 if place < len(digits) else 0)
    return key << 8 | black


@asynccontextmanager
async def simulated(**settings: Any) -> AsyncIterator[PhoneBlock]:
    """A server of one's own; what it is given are fields of `PhoneBlock`."""
    server = PhoneBlock(**settings)
    async with serving(server.answer) as url:
        server.url = url + BASE
        try:
            yield server
        finally:
            server.close()
