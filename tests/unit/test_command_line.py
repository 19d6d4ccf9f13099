"""The command line as a whole: each command is where the table says, and loads no more than it needs."""

import argparse
import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from blocker import __main__
from blocker.commands import who


def commands_of(module: str) -> tuple[str, ...]:
    """What a module of `commands` adds to the command line."""
    commands = argparse.ArgumentParser().add_subparsers()
    importlib.import_module(f"blocker.commands.{module}").add(commands)
    return tuple(commands.choices)


@pytest.mark.parametrize("module", __main__._MODULES)
def test_the_table_names_what_a_module_brings(module: str) -> None:
    """A command typed loads the module that has it, so the table names just what each one adds."""
    assert commands_of(module) == __main__._MODULES[module]


@pytest.mark.parametrize("module", __main__._MODULES)
def test_words_to_choose_from_are_shown_as_they_are_typed(module: str) -> None:
    """Who types none of the words is shown them bare, not as Python writes its own values."""
    commands = argparse.ArgumentParser().add_subparsers()
    importlib.import_module(f"blocker.commands.{module}").add(commands)
    choices = [word for parser in _all_of(commands) for action in parser._actions for word in action.choices or ()]
    assert {type(word) for word in choices} <= {str}


def _all_of(commands: "argparse._SubParsersAction[argparse.ArgumentParser]") -> list[argparse.ArgumentParser]:
    found = [*commands.choices.values()]
    inner = [action for each in found for action in each._actions if isinstance(action, argparse._SubParsersAction)]
    return [*found, *(each for action in inner for each in _all_of(action))]


def test_every_command_is_in_the_table() -> None:
    """A file that describes commands for the top level can't be forgotten."""
    folder = Path(importlib.import_module("blocker.commands").__file__ or "").parent
    listed = {path.stem for path in folder.glob("*.py") if "def add(commands:" in path.read_text("utf-8")}
    assert listed - {"report_send"} == set(__main__._MODULES)  # which adds to the command of `report`


def test_a_word_that_is_no_command_is_answered_with_all_of_them(capsys: pytest.CaptureFixture[str]) -> None:
    """Who mistypes a command is shown which there are."""
    with pytest.raises(SystemExit):
        __main__.main(["varify"])
    said = capsys.readouterr().err
    assert all(word in said for words in __main__._MODULES.values() for word in words)


def _loaded_late() -> set[str]:
    """The modules that the program loads where it needs them, beside its commands."""
    sources = Path(importlib.import_module("blocker").__file__ or "").parent.rglob("*.py")
    functions = [
        node
        for source in sources
        for node in ast.walk(ast.parse(source.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    found = {node.module or "" for at in functions for node in ast.walk(at) if isinstance(node, ast.ImportFrom)}
    return {name for name in found if name.startswith("blocker.")}


def test_each_command_can_be_loaded_from_nothing() -> None:
    """No command leans on what another one loaded, nor does what is loaded when it is needed."""
    late = _loaded_late()
    assert "blocker.app" in late
    modules = sorted(late | {f"blocker.commands.{name}" for name in __main__._MODULES})
    # Each in a process of its own, of which none has loaded any of ours.
    program = """
import os, sys, traceback, importlib
import aiohttp, asyncio, phonenumbers, structlog
for name in sys.argv[1:]:
    if not (pid := os.fork()):
        try:
            importlib.import_module(name)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    if os.waitpid(pid, 0)[1]:
        sys.exit(f"{name} can't be loaded by itself")
"""
    done = subprocess.run([sys.executable, "-c", program, *modules], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_the_service_carries_nothing_that_only_pages_need() -> None:
    """What draws and words pages stays out of the process that runs day and night on a small machine."""
    asked = "import sys, json; sys.argv = ['blocker']; from blocker import __main__; __main__._parser("
    asked += "__main__._general(), ['serve']); import blocker.service; print(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert not {"babel", "typst", "vobject", "cryptography", "blocker.language"} & set(json.loads(done.stdout))


def test_under_sudo_a_record_names_the_person(monkeypatch: pytest.MonkeyPatch) -> None:
    """Commands run as the service's user, and a statement is still the word of whoever typed it."""
    for name in ("LOGNAME", "USER"):
        monkeypatch.setenv(name, "blocker")
    monkeypatch.setenv("SUDO_USER", "anna")
    assert who() == "anna"
    monkeypatch.delenv("SUDO_USER")
    assert who() == "blocker"
