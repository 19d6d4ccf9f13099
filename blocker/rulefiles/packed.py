"""The shipped rule files as they were read when the wheel was built: unpacking that takes a tenth of reading them.

Most commands need the rules, and on a small machine a person waits for each. What is packed is found by a file's name
and bytes, so a file that has changed since is read like any other, and so is each in a source tree, which has no pack.
Examples aren't in it: who tries them reads the files. Nor are the household's own files, so that their faults are told.

What is unpickled came with the program, as its code did.
"""

import hashlib
import os
import pickle
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from blocker.errors import Fault, RulesError
from blocker.rulefiles import READERS
from blocker.rulefiles.common import Contents, RuleFile
from blocker.tomlfile import parse_bytes

FILE = Path(__file__).resolve().parent.parent / "_rules.pickle"


def key_of(label: str, raw: bytes) -> str:
    """By what the contents of a rule file are found."""
    return f"{label} {hashlib.sha256(raw).hexdigest()}"


def unpacked(file: Path = FILE) -> Mapping[str, Contents]:
    """The contents of rule files by their keys; none where nothing was packed, or by another version of the program."""
    try:
        contents: Mapping[str, Contents] = pickle.loads(file.read_bytes())  # noqa: S301  (see above)
    except (OSError, *UNPICKLING):
        return {}
    return contents


UNPICKLING = (pickle.UnpicklingError, AttributeError, EOFError, ImportError, IndexError, TypeError, ValueError)
"""What a pickle of other classes than ours can raise: the program was replaced while it ran."""


def pack(shipped: Path) -> bytes:
    """Read all files of a folder of rules.

    Raises:
        RulesError: a file has faults.
    """
    contents: dict[str, Contents] = {}
    faults: list[Fault] = []
    for folder, read in READERS.items():
        for path in sorted((shipped / folder).glob("*.toml")):
            label, raw = f"rules/{folder}/{path.name}", path.read_bytes()
            document = parse_bytes(raw, str(path))
            contents[key_of(label, raw)] = replace(read(RuleFile(path.stem, str(path), label), document), examples=())
            faults += document.finish()
    if faults:
        raise RulesError(faults)
    return pickle.dumps(contents)


if __name__ == "__main__":
    os.write(1, pack(Path(sys.argv[1])))
