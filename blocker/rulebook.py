"""Reads all rule files, those shipped and the household's own, into one rule book, or says everything wrong with them.

Decides where rule files are looked for, that a household's file replaces the shipped one of the same name, and what
files must not do to each other. What one file may say, `rulefiles/` decides; what follows for a call, `core/decide.py`.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import combinations
from pathlib import Path

from blocker.core.company import Company, CompanyBook, KnownNumber, Purpose
from blocker.core.languages import ENGLISH, Language, Texts
from blocker.core.law import LawBook, Provision
from blocker.core.list_source import ListSource
from blocker.core.ranges import Range, RangeBook, RangeClass
from blocker.core.registers import known_registers
from blocker.core.regulator import Regulator
from blocker.errors import Fault, RulesError
from blocker.rulefiles import READERS
from blocker.rulefiles.common import Books, Contents, Example, Header, RuleFile
from blocker.rulefiles.packed import key_of
from blocker.tomlfile import nearest, one_of, parse_bytes


@dataclass(frozen=True, slots=True)
class RuleBook:
    """All rules in force."""

    companies: CompanyBook
    ranges: RangeBook
    laws: LawBook
    sha256: str
    """Over the names and bytes of all files that were read: the same files give the same."""
    files: tuple[str, ...]
    """Their names, such as `rules/companies/proximus.toml`, in order."""
    examples: tuple[Example, ...] = ()
    headers: Mapping[str, Header] = field(default_factory=dict)
    """What every rule file says of itself, by the file's name."""
    regulators: Mapping[str, Regulator] = field(default_factory=dict)
    """To whom one can complain, by slug."""
    sources: Mapping[str, ListSource] = field(default_factory=dict)
    """Community lists that one may subscribe to, by slug."""

    def failed_examples(self) -> list[Fault]:
        """The examples in the rule files that don't hold."""
        books = Books(self.companies, self.ranges, self.laws)
        tried = [(example, example.differs(books)) for example in self.examples]
        mend = "mend the example, or what it is about"
        return [Fault(example.path, example.line, differs, mend) for example, differs in tried if differs]

    def untranslated(self) -> list[Fault]:
        """The provisions whose titles pages show in English to readers of another language."""
        found: dict[str, tuple[Provision, list[str]]] = {}
        for item in self.laws:
            lacking = [str(language) for language in Language if language != ENGLISH and language not in item.titles]
            if lacking:
                found.setdefault(item.where, (item, lacking))
        return [
            Fault(*_place(where), f"{item.id} has no title in {', '.join(lacking)}", f'add title.{lacking[0]} = "…"')
            for where, (item, lacking) in found.items()
        ]


def shipped_rules() -> Path:
    """The folder of the rules that come with the program: in the installed package, or beside it in a source tree."""
    package = Path(__file__).resolve().parent
    packaged = package / "_rules"
    return packaged if packaged.is_dir() else package.parent / "rules"


def load_rules(shipped: Path, household: Path | None = None, packed: Mapping[str, Contents] | None = None) -> RuleBook:
    """Read every rule file.

    Args:
        shipped: usually `shipped_rules()`.
        household: the household's own folder, built alike, or one file of such a folder; its files replace shipped ones
            of the same folder and name. May be missing.
        packed: what was read before, without examples; see `rulefiles/packed.py`. A file that is in there isn't read
            again.

    Raises:
        RulesError: something is wrong, in any file; all of it is in there. Nothing is half loaded.
    """
    faults: list[Fault] = []
    found = {(folder, file.slug): (file, raw) for folder, file, raw in _folder(shipped, "rules", faults)}
    if not found and not faults:
        faults.append(Fault(str(shipped), 0, "no rule files are here", "install the program again"))
    if household is not None:
        found |= {(folder, file.slug): (file, raw) for folder, file, raw in _folder(household, "household", faults)}
    digest = hashlib.sha256()
    contents: list[Contents] = []
    headers: dict[str, Header] = {}
    for (folder, _), (file, raw) in sorted(found.items(), key=lambda item: item[0]):
        digest.update(f"{file.label}\n{len(raw)}\n".encode() + raw)
        if (content := _contents(folder, file, raw, packed or {}, faults)) is not None:
            contents.append(content)
            headers[file.label] = content.header
    companies = [item for content in contents for item in content.companies]
    ranges = [item for content in contents for item in content.ranges]
    laws = [item for content in contents for item in content.laws]
    registers = {key: names for content in contents for key, names in content.registers.items()}
    regulators = [_knowing(item, registers) for content in contents for item in content.regulators]
    paths = {file.label: file.path for file, _ in found.values()}
    faults += [
        Fault(paths.get(fault.file, fault.file), fault.line, fault.what, fault.mend)
        for fault in [
            *_company_faults(companies),
            *_range_faults(ranges),
            *_protection_faults(companies, ranges),
            *_law_faults(laws),
            *_regulator_faults(regulators, laws),
        ]
    ]
    if faults:
        raise RulesError(faults)
    return RuleBook(
        companies=CompanyBook(companies),
        ranges=RangeBook(ranges),
        laws=LawBook(laws, registers),
        sha256=digest.hexdigest(),
        files=tuple(file.label for file, _ in sorted(found.values(), key=lambda item: item[0].label)),
        examples=tuple(item for content in contents for item in content.examples),
        headers=headers,
        regulators={item.slug: item for item in regulators},
        sources={item.slug: item for content in contents for item in content.lists},
    )


def _contents(
    folder: str, file: RuleFile, raw: bytes, packed: Mapping[str, Contents], faults: list[Fault]
) -> Contents | None:
    """What one file holds; None where it isn't TOML at all: what it lacks besides would only be noise."""
    if known := packed.get(key_of(file.label, raw)):
        return known
    document = parse_bytes(raw, file.path)
    if document.faults:
        faults += document.faults
        return None
    content = READERS[folder](file, document)
    faults += document.finish()
    return content


def _knowing(regulator: Regulator, registers: Mapping[str, Texts]) -> Regulator:
    """A regulator with what people call its register."""
    return replace(regulator, register_name=registers.get(regulator.register, {}))


def _folder(root: Path, label: str, faults: list[Fault]) -> Iterator[tuple[str, RuleFile, bytes]]:
    """Every rule file under a folder, with its bytes. A rule file that nobody would read is a fault, not a surprise."""
    one_file = root.is_file()
    base = root.absolute().parent.parent if one_file else root
    try:
        next(base.iterdir(), None)  # rglob passes over a folder that can't be read
    except FileNotFoundError:
        return
    except OSError as error:
        faults.append(Fault(str(root), 0, f"can't be read: {error.strerror}", "mend its permissions"))
        return
    for path in [root.absolute()] if one_file else sorted(root.rglob("*.toml")):
        parts = path.relative_to(base).parts
        if any(part.startswith(".") for part in parts):
            continue
        if len(parts) != 2 or parts[0] not in READERS:  # noqa: PLR2004 - folder and file
            mend = f"put it into one of the folders {', '.join(READERS)}"
            near = nearest(parts[0], list(READERS)) if len(parts) > 1 else ""
            faults.append(
                Fault(str(path), 0, "nothing reads a rule file here", f"did you mean {near}/?" if near else mend)
            )
            continue
        try:
            raw = path.read_bytes()
        except OSError as error:
            faults.append(Fault(str(path), 0, f"can't be read: {error.strerror}", "mend its permissions"))
            continue
        name = f"{label}/{parts[0]}/{parts[1]}"
        yield parts[0], RuleFile(path.stem, name if label == "rules" else str(path), name), raw


def _place(where: str) -> tuple[str, int]:
    """A record's `file:line` as its two parts."""
    file, _, line = where.rpartition(":")
    return file, int(line)


def _company_faults(companies: Sequence[Company]) -> Iterator[Fault]:
    """What companies must not do to each other: publish the same number, or name a company that doesn't exist."""
    slugs = {company.slug: company for company in companies}
    for company in companies:
        into = company.ending.into if company.ending else ""
        for key, slug in (("group", company.group), ("into", into)):
            if slug and slug not in slugs:
                yield Fault(company.where, 0, f"{key} names “{slug}”, which has no file", one_of(slug, slugs))
        if _ends_in_itself(company, slugs):
            yield Fault(company.where, 0, "the take-overs lead back to this company", "remove one of them")
    owned = sorted(
        ((number, company) for company in companies for number in company.numbers),
        key=lambda item: (item[0].prefix, not item[0].whole),
    )
    for position, (number, company) in enumerate(owned):
        for other, owner in owned[position + 1 :]:
            if not other.prefix.startswith(number.prefix):
                break
            if owner is not company or other.prefix == number.prefix:
                if number.whole and other.prefix != number.prefix:
                    continue
                file, line = _place(other.where)
                yield Fault(
                    file, line, f"{other.prefix} is also in {number.where}", "a number belongs in one file, once"
                )


def _ends_in_itself(company: Company, slugs: dict[str, Company]) -> bool:
    at: Company | None = company
    for _ in slugs:
        at = slugs.get(at.ending.into) if at and at.ending else None
        if at is company:
            return True
    return False


def _range_faults(ranges: Sequence[Range]) -> Iterator[Fault]:
    """The same prefix twice in one class on one day: one of the two is out of date."""
    by_key: dict[tuple[str, RangeClass], list[Range]] = {}
    for item in ranges:
        by_key.setdefault((item.key, item.range_class), []).append(item)
    for same in by_key.values():
        for one, other in combinations(same, 2):
            if one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
                file, line = _place(other.where)
                what = f"{other.prefix} is already {one.range_class} on some of these days, by {one.where}"
                yield Fault(file, line, what, "end the older one with valid_to, or remove one")


def _law_faults(laws: Sequence[Provision]) -> Iterator[Fault]:
    """Two versions of one provision on one day: a call can't be judged by both."""
    by_id: dict[str, list[Provision]] = {}
    for item in laws:
        by_id.setdefault(item.id, []).append(item)
    for versions in by_id.values():
        for one, other in combinations(versions, 2):
            if one.valid_from <= other.valid_to and other.valid_from <= one.valid_to:
                file, line = _place(other.where)
                what = f"{other.id} is already in force on some of these days, by {one.where}"
                yield Fault(file, line, what, "end the older version with valid_to, or give this one an id of its own")


def _regulator_faults(regulators: Sequence[Regulator], laws: Sequence[Provision]) -> Iterator[Fault]:
    """A provision or a register that no law file has: no call would ever be drafted for it."""
    ids, registers = {item.id for item in laws}, known_registers(LawBook(laws))
    for item in regulators:
        named = item.takes.points_to.union(*(kind.points_to for kind in item.kinds))
        for provision in sorted(named - ids):
            yield Fault(item.where, 0, f"points_to names “{provision}”, which no law file has", one_of(provision, ids))
        if item.register and item.register not in registers:
            what = f"register names “{item.register}”, which no law file has"
            yield Fault(item.where, 0, what, one_of(item.register, registers))


def _protection_faults(companies: Sequence[Company], ranges: Sequence[Range]) -> Iterator[Fault]:
    """What blocks must not catch a number that is protected, even though protection would win."""
    blocking: list[Range | KnownNumber] = [item for item in ranges if item.range_class is RangeClass.CANVASSING]
    blocking += [number for company in companies for number in company.numbers if number.purpose is Purpose.MARKETING]
    protected = [item for item in ranges if item.range_class is RangeClass.PROTECTED and not item.short]
    for item in blocking:
        for safe in protected:
            if safe.prefix.startswith(item.prefix) and not (item.whole and safe.prefix != item.prefix):
                file, line = _place(item.where)
                what = f"{item.prefix} catches {safe.prefix}, which {safe.where} protects"
                yield Fault(file, line, what, "give more digits")
