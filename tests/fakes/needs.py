"""What a test needs of the machine that it runs on, and what becomes of it where that isn't there.

Decides that it is skipped, or fails with BLOCKER_REQUIRE_PBX=1, as in continuous integration. Both tell what is missing
and how to have it. What is there is looked at by `conftest.py` when a marked test is about to run.
"""

import os
import shutil
from collections.abc import Callable
from typing import NoReturn

import pytest

not_run: list[str] = []
"""The reasons for which tests were skipped, each once; the end of a run lists them."""


def cannot_run(reason: str) -> NoReturn:
    """End the test that runs, for a reason that is to be shown."""
    if os.environ.get("BLOCKER_REQUIRE_PBX") == "1":
        pytest.fail(f"BLOCKER_REQUIRE_PBX is 1, and this can't be tested: {reason}", pytrace=False)
    if reason not in not_run:
        not_run.append(reason)
    pytest.skip(reason)


def needs(why_not: Callable[[], str]) -> pytest.MarkDecorator:
    """The mark of a test that needs something; `why_not` says what is missing, nothing where all is there."""
    return pytest.mark.needs.with_args(why_not)


def needs_command(name: str) -> pytest.MarkDecorator:
    """The mark of a test that starts a program of this name."""
    return needs(lambda: "" if shutil.which(name) else f"{name} isn't installed (tools/bootstrap system sees to it)")
