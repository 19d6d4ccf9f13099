"""A pack's texts for people: how to check it, and what it holds, in the reader's language.

The words are in `pack_languages/`, a file for each language, so that somebody who speaks it can mend them without
Python. Decides which of them a pack needs. Nothing here is evidence, and the texts say so.
"""

import textwrap
import tomllib
from functools import cache
from importlib.resources import files
from string import Template
from typing import Any

from blocker.core.contents import Content
from blocker.core.observed import Happened, SeenCall
from blocker.core.pack_facts import PackFacts
from blocker.core.plain_text import one_line

LANGUAGES = ("nl", "fr", "de", "en")

WIDTH = 96


@cache
def _words(language: str) -> dict[str, Any]:
    folder = files("blocker.renderers") / "pack_languages"
    return tomllib.loads((folder / f"{language}.toml").read_text(encoding="utf-8"))


def how_to_check(language: str, facts: PackFacts) -> bytes:
    """The text of `HOW-TO-CHECK`, in one of LANGUAGES."""
    words = _words(language)["check"]
    signed = "signed" if facts.identity else "unsigned"
    stamped = "stamped" if facts.stamped else "unstamped"
    parts = [words["title"] + "\n", words["intro"], words["files"], words[signed], words[stamped]]
    parts += [words["chain"], *([words["before"]] if facts.first > 1 else []), words["by_hand"]]
    parts += [words["taken_over"]] if facts.taken_over else []
    parts += [words["shows"], words["shows_not"]]
    return _filled("\n".join(map(_wrapped, parts)), facts).encode()


def summary(language: str, facts: PackFacts) -> bytes:
    """The text of `SUMMARY.txt`, in one of LANGUAGES."""
    words = _words(language)["summary"]
    counted = {"erased": facts.erased, "left_out": facts.left_out, "missing": len(facts.missing)}
    elsewhere = any(call.happened is Happened.ELSEWHERE and not call.remembered for call in facts.calls)
    remembered = any(call.remembered for call in facts.calls)
    said = [words["not_evidence"], words["signed" if facts.identity else "unsigned"], words["span"]]
    said += [words[key] for key, count in counted.items() if count]
    said += [words["taken_over"]] * (facts.taken_over is not None)
    said += [words["elsewhere"]] * elsewhere + [words["remembered"]] * remembered + [words["said"]]
    lines = [words["title"], "", words[facts.asked], "", *map(_wrapped, said), ""]
    lines += _table([tuple(words["columns"]), *(_row(call, words) for call in facts.calls)])
    if facts.file:
        lines += ["", words["file"], "", *(_fact(n, content, words) for n, content in facts.file)]
    return (_filled("\n".join(lines), facts) + "\n").encode()


def _filled(text: str, facts: PackFacts) -> str:
    """A text with its $… filled in."""
    return Template(text).substitute(
        what=facts.what,
        identity=facts.identity,
        first=facts.first,
        last=facts.last,
        previous=facts.first - 1,
        before=facts.before,
        contents=facts.contents,
        erased=facts.erased,
        left_out=facts.left_out,
        missing=", ".join(facts.missing),
        taken=facts.taken_over.entries if facts.taken_over else 0,
        after_fault=facts.taken_over.after_fault if facts.taken_over else 0,
        ledgers=", ".join(facts.taken_over.ledgers) if facts.taken_over else "",
    )


def _wrapped(text: str) -> str:
    """Its paragraphs in lines that a screen can show; commands, which are indented, stay whole."""
    return "\n".join(
        line
        if line.startswith(" ")
        else textwrap.fill(
            line,
            WIDTH,
            subsequent_indent="  " if line.startswith("- ") else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        for line in text.split("\n")
    )


def _row(call: SeenCall, words: dict[str, Any]) -> tuple[str, ...]:
    what = "remembered" if call.remembered else call.happened
    happened = Template(words["happened"][what]).substitute(seen_by=call.seen_by)
    number = call.number or words["no_number"]
    names = [call.statement.said_company, call.statement.said_call_centre]
    said = " / ".join(name for name in names if name)
    when = call.local[:10] + " " + call.local[11:19] + " " + call.local[-6:]
    return tuple(map(_literal, (str(call.n), when, number, call.line, happened, said)))


def _fact(n: int, content: Content, words: dict[str, Any]) -> str:
    kind = words["kinds"].get(content["kind"], content["kind"])
    says = words["says"].get(content.get("says") or "yes", "")
    name = content.get("said_company") or content.get("register") or content.get("holder") or ""
    days = [content[key] for key in ("on", "since", "from", "until") if content.get(key)]
    texts = [str(n), kind, says, name, content.get("line") or "", content.get("state") or "", " – ".join(days)]
    return _literal("  ".join(text for text in texts if text))


def _literal(text: str) -> str:
    """What others wrote, as it is to stand in the text: one line, and nothing in it to be filled in."""
    return one_line(text).replace("$", "$$")


def _table(rows: list[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows]
