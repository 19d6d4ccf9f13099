"""The things that can happen to an unwanted call: one file each in this folder, found by its file name.

An action is a module with one function, `treat(verdict: Verdict) -> Treatment`. The contract, which
`tests/unit/test_actions.py` holds for every file here:

* it is asked only for a verdict that blocks, and gives steps from the closed set in `core/treatment.py`, at least one;
* the treatment's name is the file's name, in which a hyphen is written as an underscore;
* it neither raises nor waits: no file, no socket, no clock. The same verdict gives the same treatment.

To add one, add a file; the configuration can name it at once. Doesn't decide which action is taken.
"""

import pkgutil
from collections.abc import Callable, Mapping
from importlib import import_module
from types import MappingProxyType

from blocker.core.treatment import Treatment
from blocker.core.verdict import Verdict

Action = Callable[[Verdict], Treatment]
"""What is done about a verdict that blocks."""


def names() -> list[str]:
    """The names that a household may choose from: every action but `ring`, which is none against anybody."""
    return [name for name in load() if name != "ring"]


def load() -> Mapping[str, Action]:
    """Every action of this folder by its name, in alphabetical order."""
    modules = sorted(module.name for module in pkgutil.iter_modules(__path__))
    actions = {name.replace("_", "-"): import_module(f"{__name__}.{name}").treat for name in modules}
    return MappingProxyType(actions)
