"""The house stays habitable: sizes, purity, docstrings, true documents, and a wheel that holds all that is needed.

What import-linter and ruff can hold is held by them (`pyproject.toml`); here is the rest.
"""

import ast
import os
import re
import sys
import sysconfig
from collections import Counter
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path

import pytest

import blocker
from blocker.rulefiles import packed

HOUSE = Path(__file__).resolve().parents[2]
NOT_OURS = {".git", ".venv", ".venv-wheel", "__pycache__", "build", "dist"}
TESTS_THE_WHEEL = os.environ.get("BLOCKER_TEST_WHEEL") == "1"

LONGEST_FUNCTION = 60
LONGEST_FILE = {"blocker/core": 250, "blocker": 400, "bench": 400, "tests": 499}

IMPURE = {
    "asyncio",
    "http",
    "io",
    "logging",
    "os",
    "pathlib",
    "random",
    "secrets",
    "socket",
    "subprocess",
    "sys",
    "time",
}
ASKING = {"now", "today", "utcnow", "open", "print", "input"}
MACHINE_PATH = re.compile("|".join(rf"(?<![\w}}+]){re.escape(str(place))}\b" for place in (HOUSE, Path.home())))
"""At its beginning: `/proc/1234/root` is no home of root's."""
LINK = re.compile(r"\[[^\]]*\]\((?!https?:|mailto:|#)([^)#\s]+)")
PATH_IN_PROSE = re.compile(r"`((?:blocker|tests|docs|deploy|rules|bench|tools)/[\w./-]*)`")

Function = ast.FunctionDef | ast.AsyncFunctionDef


def files(*folders: str, suffix: str = ".py") -> Iterator[Path]:
    """All our files under these folders of the house, by their path from its door."""
    for folder in folders:
        for path in sorted((HOUSE / folder).rglob(f"*{suffix}")):
            inside = path.relative_to(HOUSE)
            if path.is_file() and not NOT_OURS.intersection(inside.parts) and not inside.parts[0].startswith("."):
                yield inside


def text_of(path: Path) -> str:
    """A file of the house as text."""
    return (HOUSE / path).read_text(encoding="utf-8")


def tree_of(path: Path) -> ast.Module:
    """A Python file of the house, parsed."""
    return ast.parse(text_of(path), filename=str(path))


def functions(tree: ast.Module) -> Iterator[Function]:
    """All functions and methods in a file."""
    return (node for node in ast.walk(tree) if isinstance(node, Function))


def budget(path: Path) -> int:
    """How many lines a file may have: what its nearest folder with a budget says."""
    return next(lines for folder, lines in LONGEST_FILE.items() if path.is_relative_to(folder))


def test_files_keep_their_budget() -> None:
    """No file is longer than somebody can hold in mind."""
    lengths = {path: len(text_of(path).splitlines()) for path in files("blocker", "bench", "tests")}

    assert {str(path): lines for path, lines in lengths.items() if lines > budget(path)} == {}


def test_functions_fit_on_a_screen() -> None:
    """No function is longer than a screen."""
    long = [
        f"{path}:{function.lineno} {function.name}"
        for path in files("blocker", "bench", "tests")
        for function in functions(tree_of(path))
        if (function.end_lineno or 0) - function.lineno >= LONGEST_FUNCTION
    ]

    assert long == []


def test_every_module_says_what_it_is() -> None:
    """Every Python file opens with a docstring."""
    assert [str(path) for path in files("blocker", "bench", "tests") if not ast.get_docstring(tree_of(path))] == []


def test_every_test_says_what_it_promises() -> None:
    """Every test has a docstring with its promise."""
    silent = [
        f"{path}:{function.lineno} {function.name}"
        for path in files("tests")
        for function in functions(tree_of(path))
        if function.name.startswith("test_") and not ast.get_docstring(function)
    ]

    assert silent == []


def test_test_files_have_names_of_their_own() -> None:
    """No two test files share a name, so that a name is enough to find one."""
    names = Counter(path.name for path in files("tests") if path.name.startswith("test_"))

    assert [name for name, times in names.items() if times > 1] == []


def test_core_imports_nothing_else() -> None:
    """What core imports is core, errors, the pure part of the standard library, and in one file phonenumbers."""
    allowed = sys.stdlib_module_names - IMPURE
    foreign = []
    for path in files("blocker/core"):
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            elif isinstance(node, ast.ImportFrom):
                names = [node.module or "."] if node.module != "urllib.parse" else []
            else:
                continue
            foreign += [
                f"{path}: {name}"
                for name in names
                if not name.startswith(("blocker.core", "blocker.errors"))
                and not (name.startswith("phonenumbers") and path.name == "number.py")
                and name.partition(".")[0] not in allowed
            ]

    assert foreign == []


def test_core_asks_nobody_what_time_it_is() -> None:
    """Core reads no clock and no file: `now` and everything else come in as values."""
    asking = [
        f"{path}:{node.lineno} {name}"
        for path in files("blocker/core")
        for node in ast.walk(tree_of(path))
        if isinstance(node, ast.Call)
        for name in [node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")]
        if name in ASKING
    ]

    assert asking == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    """No path of somebody's own machine has slipped into a file."""
    found = []
    for path in files(".", suffix=""):
        try:
            text = text_of(path)
        except UnicodeDecodeError:  # a vector made of bytes
            continue
        found += [f"{path}: {match.group()}" for match in MACHINE_PATH.finditer(text)]

    assert found == []


def test_documents_point_at_what_exists() -> None:
    """Every link and every path of ours in a document leads somewhere."""
    lost = []
    for path in files(".", suffix=".md"):
        text = text_of(path)
        lost += [f"{path}: {link}" for link in LINK.findall(text) if not (HOUSE / path.parent / link).exists()]
        lost += [f"{path}: {name}" for name in PATH_IN_PROSE.findall(text) if not (HOUSE / name).exists()]

    assert lost == []


def test_every_decision_is_in_the_index() -> None:
    """The index of decisions names every page, by its number and title."""
    index = text_of(Path("docs/adr/index.md"))
    pages = [path for path in files("docs/adr", suffix=".md") if path.name != "index.md"]

    assert pages
    assert [str(page) for page in pages if f"]({page.name})" not in index] == []


@pytest.mark.skipif(not TESTS_THE_WHEEL, reason="`make test` runs this against the installed wheel")
class TestWheel:
    """What is installed from the wheel is all that the program needs."""

    installed = Path(blocker.__file__).resolve().parent

    def test_it_is_the_wheel_that_is_tested(self) -> None:
        """The tested package is the installed one and not the source tree."""
        assert Path(sysconfig.get_path("purelib")).resolve() == self.installed.parent
        assert self.installed != HOUSE / "blocker"

    @pytest.mark.parametrize(("source", "target"), [("blocker", "."), ("rules", "_rules")])
    def test_everything_is_in_it(self, source: str, target: str) -> None:
        """Each file of the package and each rule file is in the wheel, byte for byte; migrations and stories too."""
        ours = {path.relative_to(source): (HOUSE / path).read_bytes() for path in files(source, suffix="")}
        root = self.installed / target
        theirs = {path: (root / path).read_bytes() if (root / path).is_file() else b"(missing)" for path in ours}

        assert ours
        assert [str(path) for path in ours if ours[path] != theirs[path]] == []

    def test_nothing_of_the_past_is_in_it(self) -> None:
        """The wheel holds no file that the source tree no longer has."""
        stale = [
            str(inside)
            for path in self.installed.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts and path != packed.FILE
            for inside in [path.relative_to(self.installed)]
            if not (HOUSE / ("rules" if inside.parts[0] == "_rules" else "blocker") / _without_rules(inside)).is_file()
        ]

        assert stale == []

    def test_each_rule_file_is_in_it_as_it_is_read(self) -> None:
        """No command that a household types reads the shipped rules anew."""
        loaded = {packed.key_of(str(path), (HOUSE / path).read_bytes()) for path in files("rules", suffix=".toml")}

        assert loaded
        assert loaded == packed.unpacked().keys()

    def test_both_names_are_one_program(self) -> None:
        """`blocker` is `python -m blocker`."""
        (command,) = entry_points(group="console_scripts", name="blocker")

        assert command.value == "blocker.__main__:main"


def _without_rules(inside: Path) -> Path:
    return inside.relative_to("_rules") if inside.parts[0] == "_rules" else inside
