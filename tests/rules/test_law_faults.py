"""Promises of the law files' reader: each way of getting one wrong has its line and its mend."""

from pathlib import Path

import pytest
from fakes.law_folder import LAW
from fakes.rule_folder import changed, write

from blocker.errors import RulesError
from blocker.rulebook import load_rules

Changes = tuple[tuple[str, str], ...]

HOURS = 'windows = ["Mo-Fr 09:00-18:00"]'
LIST = 'register = "be-list", calendar_days = 5'

FAULTS: dict[str, tuple[Changes, str]] = {
    "no law": ((('law = "Some law"\n', ""),), ": law is missing"),
    "country that isn't one": ((('country = "BE"', 'country = "XX"'),), ":3: no numbering plan is known for XX"),
    "country that isn't the file's": (
        (('country = "BE"', 'country = "NL"'),),
        ":3: the file's name doesn't begin with",
    ),
    "no provision": (((LAW[LAW.index("[[provision]]") :], ""),), ": there is no [[provision]]"),
    "no source at all": (
        ((LAW[LAW.index("[[source]]") : LAW.index("[[provision]]")], ""),),
        ": there is no [[source]]",
    ),
    "source that isn't there": (
        (('source = "law"', 'source = "lwa"'),),
        ":20: no [[source]] has the label “lwa” (did you mean “law”?)",
    ),
    "no source": ((('source = "law"\n', ""),), ":15: source is missing"),
    "no citation": ((('citation = "Some law, art. 1"\n', ""),), ":15: citation is missing"),
    "empty citation": ((('citation = "Some law, art. 1"', 'citation = " "'),), ":19: citation is empty"),
    "no summary": ((('summary = "No calls in the evening."\n', ""),), ":15: summary is missing"),
    "no title": ((('title = "Calling hours"\n', ""),), ":15: title is missing"),
    "no id": ((('id = "be-hours"\n', ""),), ":15: id is missing"),
    "id of another country": ((('id = "be-hours"', 'id = "nl-hours"'),), ":16: id can't be “nl-hours”"),
    "id in capitals": ((('id = "be-hours"', 'id = "be-Hours"'),), ":16: id can't be “be-Hours”"),
    "binding": ((('binding = "law"', 'binding = "lax"'),), ":21: binding can't be “lax” (did you mean “law”?)"),
    "no binding": ((('binding = "law"\n', ""),), ":15: binding is missing"),
    "attempt in words": ((("attempt_counts = true", 'attempt_counts = "yes"'),), ":22: attempt_counts is a text, not"),
    "days the wrong way round": (
        (("valid_to = 2025-12-31", "valid_to = 2019-12-31"),),
        ":24: valid_to comes before valid_from (exchange them)",
    ),
    "month": ((("valid_to = 2025-12-31", 'valid_to = "2025-12"'),), ":24: valid_to is a text, not a date"),
    "predicate": (
        (('"out_of_hours"', '"out_of_ours"'),),
        ":25: predicate can't be “out_of_ours” (did you mean “out_of_hours”?)",
    ),
    "no predicate": ((('predicate = "out_of_hours"\n', ""),), ":15: predicate is missing"),
    "parameter": (
        ((HOURS, 'window = ["Mo-Fr 09:00-18:00"]'),),
        ":26: unknown key “window” in [provision.parameters] (did you mean “windows”?)",
    ),
    "parameter left out": (((HOURS, ""),), ":26: windows is missing (add windows = …)"),
    "empty parameter": (((HOURS, "windows = []"),), ":26: windows is empty"),
    "window": (
        ((HOURS, 'windows = ["Mo-Fr 9-18"]'),),
        ":26: windows can't be “Mo-Fr 9-18” (write it as Mo-Fr 10:00-13:00",
    ),
    "list of something else": (((HOURS, "windows = [9]"),), ":26: item 1 of windows is a whole number"),
    "number in quotes": ((("calendar_days = 5", 'calendar_days = "5"'),), ":37: calendar_days is a text, not a whole"),
    "number out of bounds": ((("calendar_days = 5", "calendar_days = -1"),), ":37: calendar_days is -1, outside 0"),
    "register in capitals": (
        ((LIST, 'register = "Be List"'),),
        ":37: register can't be “Be List” (write small letters, digits and single hyphens)",
    ),
    "parameters of another predicate": (
        (('"out_of_hours"', '"no_identity"'),),
        ":26: unknown key “windows” in [provision.parameters] (nothing can stand here)",
    ),
    "parameters that are no table": (
        ((f"parameters = {{ {HOURS} }}", "parameters = 5"),),
        ":26: parameters is a whole",
    ),
    "word in a list": (
        (
            ('predicate = "out_of_hours"', 'predicate = "weekend_or_holiday"'),
            (HOURS, 'weekdays = ["Sa", "Sun"], holidays = "none"'),
        ),
        ":26: weekdays can't be “Sun” (did you mean “Su”?)",
    ),
    "word": (
        (
            ('predicate = "out_of_hours"', 'predicate = "weekend_or_holiday"'),
            (HOURS, 'weekdays = ["Sa"], holidays = "local"'),
        ),
        ":26: holidays can't be “local”",
    ),
    "count of none": (
        (('predicate = "out_of_hours"', 'predicate = "n_calls_in_days"'), (HOURS, "most = 0, days = 30")),
        ":26: most is 0, outside 1",
    ),
    "excuse": (
        (("consent = true,", "concent = true,"),),
        ":27: unknown key “concent” in [provision.unless] (did you mean “consent”?)",
    ),
    "unverified without a check": (
        (('binding = "law"', 'binding = "law"\nsure = "unverified"'),),
        ":22: unverified, yet without check = true",
    ),
    "region of another country": (
        (('binding = "law"', 'binding = "law"\nsubdivision = "US-FL"'),),
        ":22: subdivision “US-FL” isn't one of BE (use ISO 3166-2, BE-…)",
    ),
    "two versions on one day": (
        (
            ('id = "be-list"', 'id = "be-hours"\nvalid_from = 2025-12-31'),
            ('provision = "be-list"', 'provision = "be-hours"'),
        ),
        ":29: be-hours is already in force on some of these days, by rules/law/be-some-law.toml:15",
    ),
    "provision without example": (
        (('provision = "be-list"', 'provision = "be-hours"'),),
        ":30: no [[example]] tries be-list",
    ),
    "example of nothing": (
        (('provision = "be-list"', 'provision = "be-lits"'),),
        ":47: no [[provision]] has the id “be-lits” (did you mean “be-list”?)",
    ),
    "finding": ((('"points-to"', '"point-to"'),), ":41: finding can't be “point-to” (did you mean “points-to”?)"),
    "example without a time": ((("at = 2025-12-30T19:00:00\n", ""),), ":39: at is missing (add at = 2026-11-17T20:"),
    "example on a day": ((("at = 2025-12-30T19:00:00", "at = 2025-12-30"),), ":42: at is a day without a time"),
    "example in another zone": (
        (("at = 2025-12-30T19:00:00", "at = 2025-12-30T19:00:00Z"),),
        ":42: at is no time at the line (write 2026-11-17T20:15:00, without a zone)",
    ),
    "fact nobody asks for": (
        (("never_consented = true", "never_consent = true"),),
        ":44: unknown key “never_consent” in [example] (did you mean “never_consented”?)",
    ),
    "fact in words": (
        (("never_consented = true", 'answered = "no"'),),
        ":44: answered is a text, not true or false",
    ),
    "registered without a register": (
        (('register = "be-list"\nregistered', "registered"),),
        ":46: registered and register belong together",
    ),
    "earlier on a day": (
        (("never_consented = true", "earlier = [2025-12-29]"),),
        ":44: earlier isn't a list of times (write [2026-11-17T20:15:00, …])",
    ),
}


def faults(folder: Path) -> list[str]:
    """All faults of the rules in a folder."""
    with pytest.raises(RulesError) as caught:
        load_rules(folder)
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize(("changes", "message"), FAULTS.values(), ids=FAULTS)
def test_a_wrong_law_file_is_refused_with_its_line(tmp_path: Path, changes: Changes, message: str) -> None:
    """A law file that could point at somebody wrongly isn't loaded, and its author is told how to mend it."""
    found = faults(write(tmp_path, {"law/be-some-law.toml": changed(LAW, *changes)}))
    assert any(message in fault for fault in found), found


def test_the_file_that_is_changed_is_good(tmp_path: Path) -> None:
    """Without a change, nothing is wrong: so each fault above comes from its change."""
    book = load_rules(write(tmp_path, {"law/be-some-law.toml": LAW}))
    assert book.failed_examples() == []
    assert [(item.id, item.version, item.where) for item in book.laws] == [
        ("be-hours", "2020-01-01 to 2025-12-31", "rules/law/be-some-law.toml:15"),
        ("be-list", "no first day known", "rules/law/be-some-law.toml:29"),
    ]


def test_all_faults_come_out_together(tmp_path: Path) -> None:
    """One look is enough to mend a file."""
    text = changed(LAW, ('"out_of_hours"', '"hours"'), ("calendar_days", "calender_days"), ('"points-to"', '"yes"'))
    assert [fault.split(": ")[0][-3:] for fault in faults(write(tmp_path, {"law/be-some-law.toml": text}))] == [
        ":25",
        ":37",
        ":41",
    ]


def test_versions_are_compared_across_files(tmp_path: Path) -> None:
    """A provision that moves to another law keeps its id, and isn't in two files on one day."""
    other = changed(LAW, ("be-some-law", "be-other-law"), ("valid_from = 2020-01-01\nvalid_to = 2025-12-31\n", ""))
    found = faults(write(tmp_path, {"law/be-some-law.toml": LAW, "law/be-other-law.toml": other}))
    assert any("be-some-law.toml:15: be-hours is already in force" in fault for fault in found), found


def test_an_example_that_doesnt_hold_says_what_came_out(tmp_path: Path) -> None:
    """Whoever mends a rule reads what it finds now, and why."""
    text = changed(
        LAW, ("at = 2025-12-30T19:00:00", "at = 2025-12-30T18:00:00"), ("registered = 2026", "registered = 2027")
    )
    found = [str(fault) for fault in load_rules(write(tmp_path, {"law/be-some-law.toml": text})).failed_examples()]
    assert found == [
        "rules/law/be-some-law.toml:39: be-hours finds nothing, not points-to (mend the example, or what it is about)",
        "rules/law/be-some-law.toml:46: be-list finds nothing, not points-to (mend the example, or what it is about)",
    ]
