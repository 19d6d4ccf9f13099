#!/usr/bin/env python3
"""Which texts of the pages lack a translation, and which translations have lost their text.

    .venv/bin/python tools/texts.py

A text is what stands as a literal in a call of `_` or `words` (a `Words`), in both forms of `.many`, or in `later(…)`
and `later_many(…)`, in any module that imports `blocker.language`. Prints the faults and exits with 1 where there is
one; what it prints as missing can be pasted into a catalogue, `blocker/locale/PART.LANGUAGE.po`. Decides nothing about
how a text reads.
"""

import ast
import io
import string
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages import pofile

from blocker.core.languages import Language

HOUSE = Path(__file__).resolve().parents[1]
LANGUAGES = tuple(str(language) for language in Language if language is not Language.EN)
CALLED = {"_": 1, "words": 1, "later": 1, "many": 2, "later_many": 2}
"""What texts are arguments of, and how many of its first ones are."""
Forms = tuple[str, ...]


def texts(tree: ast.Module, where: str) -> Iterator[tuple[Forms, str]]:
    """The texts of a module with their places; one that isn't a literal comes as no forms."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        wanted = CALLED.get(name, 0)
        arguments = node.args[:wanted]
        literals = [one.value for one in arguments if isinstance(one, ast.Constant) and isinstance(one.value, str)]
        if wanted and len(literals) == wanted:
            yield tuple(literals), f"{where}:{node.lineno}"
        elif arguments and any(isinstance(one, ast.JoinedStr) for one in arguments):
            yield (), f"{where}:{node.lineno}"


def all_texts(root: Path) -> Iterator[tuple[Forms, str]]:
    """Those of every module that speaks the reader's language."""
    for path in sorted((root / "blocker").rglob("*.py")):
        source = path.read_text("utf-8")
        if "blocker.language import" in source or path.parent.name == "pages":
            yield from texts(ast.parse(source), str(path.relative_to(root)))


def catalogues(root: Path, language: str) -> Iterator[tuple[str, Forms, Forms, bool]]:
    """The file, forms, translated forms and doubtfulness of each message in a language."""
    for path in sorted((root / "blocker" / "locale").glob(f"*.{language}.po")):
        for message in pofile.read_po(io.BytesIO(path.read_bytes()), locale=language, abort_invalid=True):
            if message.id:
                forms = (message.id,) if isinstance(message.id, str) else tuple(message.id)
                said = (message.string,) if isinstance(message.string, str) else tuple(message.string or ())
                yield path.name, forms, said, message.fuzzy


def fields(text: str) -> list[str]:
    """The `{names}` in a text, with how they are written."""
    return sorted(f"{name}:{form}" for _, name, form, _ in string.Formatter().parse(text) if name is not None)


def faults(root: Path) -> Iterator[str]:
    """All that is wrong with the catalogues, each as one text."""
    used: dict[Forms, str] = {}
    for forms, place in all_texts(root):
        if not forms:
            yield f"{place}: a text put together in the code can't be translated; use {{name}} and an argument"
        used.setdefault(forms, place)
    used.pop((), None)
    for language in LANGUAGES:
        known: dict[Forms, str] = {}
        for file, forms, said, fuzzy in catalogues(root, language):
            if forms in known:
                yield f"{file}: twice, also in {known[forms]}: {forms[0]!r}"
            known[forms] = file
            if forms not in used:
                yield f"{file}: no page says this any more: {forms[0]!r}"
            if fuzzy or len(said) != len(forms) or not all(said):
                yield f"{file}: not translated: {forms[0]!r}"
            # "One call" needs no figure, but no form may name what its page doesn't give.
            elif any(set(fields(text)) - set(fields(" ".join(forms))) for text in said) or (
                len(forms) == 1 and fields(said[0]) != fields(forms[0])
            ):
                yield f"{file}: other {{names}} than the English text has: {forms[0]!r}"
        yield from (
            f"{language}: missing, from {place}\n{po(forms)}" for forms, place in used.items() if forms not in known
        )


def po(forms: Forms) -> str:
    """A text as a catalogue has it, to be filled in."""
    quoted = ['"' + text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"' for text in forms]
    if len(quoted) == 1:
        return f'msgid {quoted[0]}\nmsgstr ""\n'
    return f'msgid {quoted[0]}\nmsgid_plural {quoted[1]}\nmsgstr[0] ""\nmsgstr[1] ""\n'


if __name__ == "__main__":
    found = list(faults(HOUSE))
    sys.stdout.writelines(f"{fault}\n" for fault in found)
    sys.exit(bool(found))
