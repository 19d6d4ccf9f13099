"""What the household says of itself and a company, as part of a page: contracts, objections, letters, registers, cases.

Decides the words; each line names the entry that it comes from.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from blocker.core.document import Block, Facts, Heading, Span, Style, Text, paragraph, plain
from blocker.core.languages import Texts
from blocker.core.plain_text import one_line, shortened
from blocker.core.registers import named
from blocker.language import Words
from blocker.pages.report_words import LONGEST_TEXT

Item = dict[str, Any]


def household(known: Item, words: Words) -> Iterator[Block]:
    """A whole part of the page."""
    said, named = known["household"], known["named_in"]
    rows = [
        *((words("Customer"), _customer(item, words)) for item in said["contracts"]),
        *((words("Objection"), _written(item, words, after=item["calls_after"])) for item in named["objections"]),
        *((_asked(item, words), _written(item, words)) for item in said["requests"]),
        *((words("Register"), _registered(item, known["registers"], words)) for item in named["registrations"]),
        *((words("Consent"), _consent(item, words)) for item in said["consents"]),
        *((words("Complaint or case"), _case(item, words)) for item in said["cases"]),
    ]
    if said["never_customer"]:
        rows.insert(0, (words("Customer"), plain(words("never"))))
    if said["never_consented"]:
        rows.append((words("Consent"), plain(words("never"))))
    if stop := named["said_stop"]:
        text = words.many(
            "said in {count} call; marketing calls after the first: {after}",
            "said in {count} calls; marketing calls after the first: {after}",
            stop["calls"],
            after=words.figure(stop["calls_after"]),
        )
        rows.append((words("“Stop”"), plain(text)))
    yield Heading(1, words("What the household says"), "household")
    yield Facts(tuple(rows)) if rows else paragraph(words("Nothing about this company yet."))


def _customer(item: Item, words: Words) -> Text:
    since = _day(item["since"], words) or words("a day that isn't known")
    until = _day(item["until"], words) or words("today")
    return _with_entry(words("from {since} until {until}", since=since, until=until), item, words)


def _written(item: Item, words: Words, after: int | None = None) -> Text:
    parts = [_day(item["on"], words)]
    if how := _how(item["how"], words):
        parts.append(how)
    if item["delivered"]:
        parts.append(words("delivered {day}", day=_day(item["delivered"], words)))
    if item["answered"]:
        parts.append(words("answered {day}", day=_day(item["answered"], words)))
        if item["answer"]:
            parts.append(words.quoted(shortened(one_line(item["answer"]), LONGEST_TEXT)))
    elif item["how"] != "in-the-call":
        parts.append(words("no answer on record"))
    if after is not None:
        parts.append(words("marketing calls after it: {after}", after=words.figure(after)))
    return _with_entry(f"{words.semicolon} ".join(filter(None, parts)), item, words)


def _asked(item: Item, words: Words) -> str:
    told = {
        "access": words("Asked for its data"),
        "answer": words("Reminded"),
        "identity": words("Asked who called"),
    }
    return told[item["asks"]]


def _how(how: str | None, words: Words) -> str:
    told = {
        "post": words("by post"),
        "e-mail": words("by e-mail"),
        "phone": words("by telephone"),
        "web": words("by a web form"),
        "in-the-call": words("in the call itself"),
    }
    return "" if how is None else told[how]


def _registered(item: Item, registers: Mapping[str, Texts], words: Words) -> Text:
    line = item["line"] or words("all lines")
    register = words.typeset(named(registers, item["register"], words.language))
    parts = [f"{register}, {line}, {_day(item['on'], words)}"]
    if item["counts_from"]:
        parts.append(words("calls count from {day} on", day=_day(item["counts_from"], words)))
    parts.append(words("marketing calls after it: {after}", after=words.figure(item["calls_after"])))
    return _with_entry(f"{words.semicolon} ".join(parts), item, words)


def _consent(item: Item, words: Words) -> Text:
    until = _day(item["until"], words)
    text = _day(item["on"], words)
    return _with_entry(words("from {since} until {until}", since=text, until=until) if until else text, item, words)


def _case(item: Item, words: Words) -> Text:
    return _with_entry(f"{words.semicolon} ".join(filter(None, [_day(item["on"], words), item["where"]])), item, words)


def _day(text: str | None, words: Words) -> str:
    return words.day(datetime.fromisoformat(text).date(), "medium") if text else ""


def _with_entry(text: str, item: Item, words: Words) -> Text:
    if not item["entry"]:
        return plain(text)
    return Span(text + " "), Span(words("[entry {n}]", n=item["entry"]), Style.QUIET)
