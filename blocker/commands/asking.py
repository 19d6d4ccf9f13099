"""Asking a person about a call, question by question.

Decides how the talk in the terminal goes: what Enter, ? and - mean, what is asked again, that nothing is handed on
before the person has seen all of it and said yes. Which questions there are, `questions.py` says; what an answer may
hold, `core/statement.py`.
"""

from collections.abc import Callable, Iterable
from datetime import date

from blocker.commands.questions import QUESTIONS, Question, lines
from blocker.core.statement import AGENT, Changes, Said, after, read_field
from blocker.errors import UsageError
from blocker.filing.statements import SAID_NAMES, Meant

HOW = (
    "Enter leaves a question as it is, ? explains it, - takes back an earlier answer.\n"
    "Ctrl-C ends it at any time, and nothing is recorded then."
)


class Dialogue:
    """One talk about one call."""

    def __init__(
        self,
        *,
        read: Callable[[str], str],
        write: Callable[[str], None],
        meant: Callable[[str], Meant],
        today: date,
        keep_agents: bool,
    ) -> None:
        """Nothing is asked yet.

        Args:
            read: shows a prompt and gives the line that was typed.
            write: shows a line.
            meant: the company that a name means on the day of the call.
            today: at the household.
            keep_agents: whether the given name of whoever called is asked for.
        """
        self._read, self._write, self._meant, self._today = read, write, meant, today
        self._questions = [one for one in QUESTIONS if one.field != AGENT or keep_agents]

    def hold(self, before: Said, agent: str = "") -> Changes:
        """Ask everything that is worth asking; gives what was said anew, which is nothing where the person says no.

        Args:
            before: what was said about the call earlier.
            agent: the given name that is kept already.
        """
        changes: Changes = {}
        self._write(HOW)
        for question in self._questions:
            now = after(before, changes)
            if not question.when(now):
                continue
            earlier = changes.get(AGENT, agent) if question.field == AGENT else getattr(now, question.field)
            answer = self._answer(question, earlier or "")
            if answer == (earlier or None):
                continue
            changes[question.field] = answer
            if question.field in SAID_NAMES:
                changes[SAID_NAMES[question.field]] = self._company(answer) if answer else None
        whole = after(before, changes)
        if not changes:
            return {}
        self._write("\nThis is what will be recorded, as your word:")
        for line in lines(whole.fields() | {AGENT: changes.get(AGENT) or agent}) or ["  nothing"]:
            self._write(line)
        return changes if self._yes("Record it? (y/n) ") else {}

    def _answer(self, question: Question, earlier: str) -> str | None:
        """What a person answers; None for nothing."""
        self._write(f"\n{question.ask}")
        if question.words:
            self._write(_numbered(question.words.values()))
        shown = question.words.get(earlier, earlier) if question.words else earlier
        prompt = f"[{shown}] > " if earlier else "> "
        while True:
            typed = self._read(prompt).strip()
            if not typed:
                return earlier or None
            if typed == "-":
                return None
            if typed == "?":
                self._write(f"  {question.help}")
                continue
            try:
                return read_field(question.field, _word(question, typed), self._today)
            except UsageError as error:
                self._write(f"  {error}")

    def _company(self, said: str) -> str | None:
        """The company that a said name means, asked for where it isn't clear."""
        meant = self._meant(said)
        if meant.slug is not None:
            self._write(f"  The rules know it: {meant.name}.")
            return meant.slug
        if not meant.choices:
            self._write("  No rule file names it. It is kept as you wrote it.")
            return None
        choices = [slug for slug, _ in meant.choices]
        self._write("  What you wrote is kept. Did the caller mean one of these?")
        self._write(_numbered(name for _, name in meant.choices))
        while typed := self._read("[none of them] > ").strip():
            if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(choices):
                return choices[int(typed) - 1]
            self._write("  Type its number, or Enter for none of them.")
        return None

    def _yes(self, prompt: str) -> bool:
        while (typed := self._read(prompt).strip().casefold()) not in {"y", "yes", "n", "no"}:
            self._write("  Type y to record it, or n to leave everything as it was.")
        return typed.startswith("y")


def _numbered(texts: Iterable[str]) -> str:
    return "  " + "   ".join(f"{number} {text}" for number, text in enumerate(texts, 1))


def _word(question: Question, typed: str) -> str:
    """A typed number, word or beginning of one, as the word of the format.

    Raises:
        UsageError: it fits none, or several.
    """
    if not question.words:
        return typed
    if typed.isascii() and typed.isdigit() and 0 < int(typed) <= len(question.words):
        return list(question.words)[int(typed) - 1]
    start = typed.casefold()
    fitting = [word for word, text in question.words.items() if text.casefold() == start or word == start]
    fitting = fitting or [word for word, text in question.words.items() if text.casefold().startswith(start)]
    if len(fitting) != 1:
        raise UsageError("type one of the numbers, Enter to leave it open, or ? for more")
    return fitting[0]
