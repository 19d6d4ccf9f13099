"""A folder of rule files for tests: two good files, to be changed one thing at a time."""

from pathlib import Path

COMPANY = """\
slug = "acme"
name = "Acme"
role = "principal"
country = "BE"
sector = "telecom"
checked = 2026-11-22
sure = "verified"
false_positives = []

[id]
scheme = "kbo"
value = "0202.239.951"
source = "site"

[post]
lines = ["Acme nv", "1000 Brussel"]
source = "site"

[gdpr]
email = "privacy@acme.example"
source = "site"

[[names]]
name = "Ancient Acme"
kind = "former"
from = "2001-02"
to = 2014

[[numbers]]
e164 = "+3225551234"
purpose = "service"
source = "site"

[[record]]
date = 2014
text = "Acme is renamed."
source = "site"

[[source]]
label = "site"
title = "acme.example"
seen = 2026-11-22
quality = "primary"

[[example]]
said = "ancient acme"
on = 2010-01-01
"""

RANGES = """\
slug = "be-sales"
title = "Sales numbers"
country = "BE"
class = "canvassing"
legal = "Some law"
valid_from = 2023-01-01
checked = 2026-11-22
sure = "verified"
false_positives = []

[[ranges]]
prefixes = ["+3290", "+3291"]

[[source]]
label = "law"
title = "Some law"
seen = 2026-11-22
quality = "primary"

[[example]]
on = 2026-11-17
inside = ["+3290012345"]
"""


def changed(text: str, *changes: tuple[str, str]) -> str:
    """The text with each first part replaced by its second part; a part that isn't there is a mistake in the test."""
    for old, new in changes:
        assert old in text, f"{old!r} isn't in the text"
        text = text.replace(old, new, 1)
    return text


def write(folder: Path, files: dict[str, str]) -> Path:
    """Write files, named as `companies/acme.toml`, under a folder."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return folder
