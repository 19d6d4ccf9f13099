"""`blocker letter`: letters to companies and to the own provider, and what became of them; none is sent by itself."""

import argparse
import json
from pathlib import Path

from blocker import commanding, letterroom
from blocker.commands import OK, address_lines, for_the_owner, say, table, warn, warn_left_out, who
from blocker.commands.household import text_or_file
from blocker.config import Config
from blocker.core.household_facts import How
from blocker.core.letter import Kind
from blocker.core.typed import remark
from blocker.errors import UsageError
from blocker.filing.drafting import WAYS, Wish
from blocker.language import Language, Words, language_of
from blocker.store.letter_files import LetterFiles

_KINDS = {
    Kind.OBJECTION: "tell a company to stop marketing calls",
    Kind.ACCESS: "ask a company which data of yours it has, and where they come from",
    Kind.BOTH: "both in one letter",
    Kind.FOLLOW_UP: "remind a company whose time for an answer is over",
    Kind.IDENTITY: "ask your own provider who it was that called without a number (NL, DE)",
}


def add(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Describe the command."""
    parser = commands.add_parser(
        "letter",
        help="objections and other letters to companies, ready to sign, and when their answer is due",
        description="Letters are written from what you said and what is recorded, to the address that the rules know. "
        "You read, sign and send them; none is sent by this program, and none counts before you say that it went out "
        "(blocker letter sent).",
    )
    todo = parser.add_subparsers(dest="todo", required=True, metavar="objection|access|both|sent|due|…")
    for kind, what in _KINDS.items():
        _add_kind(todo, kind, what)
    _add_news(todo)
    todo.add_parser("list", help="letters that were made and not yet marked as sent").set_defaults(run=run_list)
    due = todo.add_parser("due", help="which answers, complaints and registers are due when")
    due.add_argument("--lang", choices=list(map(str, Language)), help="the language (default: your region's)")
    due.add_argument("--ics", type=Path, metavar="FILE", help="write the days as a calendar file")
    due.add_argument("--json", action="store_true", help="for programs")
    due.set_defaults(run=run_due)


def _add_kind(todo: "argparse._SubParsersAction[argparse.ArgumentParser]", kind: Kind, what: str) -> None:
    parser = todo.add_parser(str(kind), help=what)
    if kind is Kind.IDENTITY:
        parser.add_argument("company", metavar="PROVIDER", help="who sells you the line")
        parser.add_argument(
            "--calls", required=True, metavar="ID,ID,…", help="the calls, as `blocker calls` shows them"
        )
    else:
        parser.add_argument("company", help="a name, also a former one, or the short name of `blocker company list`")
        parser.add_argument("--with-calls", action="store_true", help="name the calls, with their times")
    parser.add_argument(
        "--by", choices=list(map(str, WAYS)), help="the way (default: by post where there is an address)"
    )
    parser.add_argument("--lang", choices=list(map(str, Language)), help="the language (default: the company's)")
    parser.add_argument("--line", action="append", default=[], metavar="NAME", help="only this line (several times)")
    parser.add_argument("--to", default="", metavar="ADDRESS", help="another address; commas part its lines")
    parser.add_argument("--address", default="", help="yours; commas part its lines")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="the folder to put it into")
    parser.set_defaults(run=run_make, kind=kind)


def _add_news(todo: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    sent = todo.add_parser("sent", help="say that a letter went out: from then on it counts")
    sent.add_argument("letter", help="its name, such as 2026-11-22-proximus-both")
    sent.add_argument("--on", metavar="DATE", help="the day (default: today)")
    sent.add_argument("--by", choices=list(map(str, WAYS)), help="the way, if it was another one than it says")
    sent.add_argument("--delivered", metavar="DATE", help="the day on which it arrived")
    delivered = todo.add_parser("delivered", help="say on which day a letter arrived")
    answered = todo.add_parser("answered", help="say what came back, and when")
    for each, what in ((delivered, "it arrived"), (answered, "the answer came")):
        each.add_argument("letter", help="its name")
        each.add_argument("--on", metavar="DATE", required=True, help=f"the day on which {what}")
    answered.add_argument("--answer", default="", help="what it says: words in quotes, or a file, which is then kept")
    drop = todo.add_parser("drop", help="take away a letter that you won't send")
    drop.add_argument("letter", help="its name, as list shows it")
    drop.set_defaults(run=run_drop)
    for each, run in ((sent, run_sent), (delivered, run_delivered), (answered, run_answered)):
        each.add_argument("--proof", action="append", default=[], metavar="FILE", help="a file that shows it")
        each.set_defaults(run=run)


async def run_make(config: Config, arguments: argparse.Namespace) -> int:
    """Make a letter."""
    kind: Kind = arguments.kind
    wish = Wish(
        kind=kind,
        by=How(arguments.by) if arguments.by else None,
        lines=tuple(arguments.line),
        to=address_lines(arguments.to),
        address=address_lines(arguments.address),
        list_calls=kind is Kind.IDENTITY or arguments.with_calls,
    )
    language = Language(arguments.lang) if arguments.lang else None
    if kind is Kind.IDENTITY:
        ids = [each for each in arguments.calls.split(",") if each.strip()]
        if not ids:
            raise UsageError("--calls names no call (write --calls ID,ID as `blocker calls` shows them)")
        said = remark(arguments.company, "the provider's name", blank=False)
        made = await letterroom.to_provider(config, wish, said, ids, language=language, out=arguments.out)
    else:
        made = await letterroom.to_company(config, wish, arguments.company, language=language, out=arguments.out)
    where = dict.fromkeys((made.letter.company, *made.letter.to))
    say(f"The letter {made.name} is for {', '.join(where)}.")
    for path in made.files:
        say(f"  {path}")
    say(f"Read it, sign it, send it {_BY[made.letter.by]}. Then: blocker letter sent {made.name} --on DATE")
    warn(made.notes)
    await warn_left_out(config)
    return OK


_BY = {How.POST: "by post", How.E_MAIL: "by e-mail", How.WEB: "with the form"}


async def run_sent(config: Config, arguments: argparse.Namespace) -> int:
    """Record that a letter went out."""
    letters = LetterFiles(config.data_dir)
    draft = letters.draft(arguments.letter)
    on = arguments.on or str(letterroom.midnight(config).date())
    done = await commanding.done(
        config,
        "letter-sent",
        kind=draft.kind,
        company=draft.company,
        addressee=draft.name,
        on=on,
        how=arguments.by or draft.how,
        to=draft.to,
        text=draft.text,
        letter=str(letters.file(arguments.letter, draft).absolute()),
        made=draft.made,
        delivered=arguments.delivered,
        proofs=[for_the_owner(file) for file in arguments.proof],
        by=who(),
    )
    letters.drop(arguments.letter)
    say(f"Recorded that {arguments.letter} was sent on {on} (entry {done['entry']}).")
    say("Its file is kept beside the ledger. “blocker letter due” shows which days follow from it.")
    return OK


async def run_drop(config: Config, arguments: argparse.Namespace) -> int:
    """Take a letter away that nobody sent."""
    letters = LetterFiles(config.data_dir)
    letters.draft(arguments.letter)
    letters.drop(arguments.letter)
    say(f"The letter {arguments.letter} is gone. Files of it that were put elsewhere are yours to remove.")
    return OK


async def run_delivered(config: Config, arguments: argparse.Namespace) -> int:
    """Record that a letter arrived."""
    done = await commanding.done(
        config,
        "letter-news",
        letter=arguments.letter,
        delivered=arguments.on,
        proofs=[for_the_owner(file) for file in arguments.proof],
        by=who(),
    )
    say(f"Recorded that {arguments.letter} arrived on {arguments.on} (entry {done['entry']}).")
    return OK


async def run_answered(config: Config, arguments: argparse.Namespace) -> int:
    """Record what came back."""
    answer, came = text_or_file(arguments.answer)
    done = await commanding.done(
        config,
        "letter-news",
        letter=arguments.letter,
        answered=arguments.on,
        answer=answer,
        came=came,
        proofs=[for_the_owner(file) for file in arguments.proof],
        by=who(),
    )
    say(f"Recorded that {arguments.letter} was answered on {arguments.on} (entry {done['entry']}).")
    return OK


async def run_list(config: Config, _: argparse.Namespace) -> int:
    """Show the letters that wait."""
    letters = LetterFiles(config.data_dir).all()
    if not letters:
        say("No letter waits to be sent (blocker letter objection COMPANY --out DIR makes one).")
        return OK
    rows = [(name, draft.name, draft.how, draft.to) for name, draft in letters.items()]
    say(table(rows, ("letter", "for", "by", "to")))
    return OK


async def run_due(config: Config, arguments: argparse.Namespace) -> int:
    """Show which days follow."""
    words = Words(Language(arguments.lang) if arguments.lang else language_of(config.region))
    days = await letterroom.due(config, words)
    if arguments.ics:
        arguments.ics.write_bytes(letterroom.calendar_of(days, letterroom.midnight(config)))
    if arguments.json:
        shown = [{"on": str(day.item.on), "due": str(day.item.due), "company": day.item.company or None,
                  "what": day.item.what or None, "sure": day.item.sure, "entry": day.item.entry, "title": day.title,
                  "text": day.text, "command": day.command or None} for day in days]  # fmt: skip
        say(json.dumps(shown, ensure_ascii=False, indent=2))
    elif not days:
        say("Nothing is due: no letter waits for an answer, and no register for its day.")
    for day in () if arguments.json else days:
        say(f"{day.item.on}  {day.title}")
        say(f"            {day.text}" + (f" → {day.command}" if day.command else ""))
    return OK
