"""A good regulator file for tests, with the law it names, to be changed one thing at a time."""

from fakes.law_folder import LAW

LAW_FILE = LAW
"""Has the provision `be-hours` and the register `be-list`."""

REGULATOR = """\
slug = "be-office"
name.en = "Some office"
country = "BE"
checked = 2026-11-22
sure = "verified"
languages = ["en"]
about = "company"
signed = true
register = "be-list"
false_positives = []

[takes]
points_to = ["be-hours"]
numbers = "any"
answered = true
after_register = true
one_number = false
most_calls = 5
first_write_months = 1

[[source]]
label = "form"
title = "Some form"
seen = 2026-11-22
quality = "primary"

[[channel]]
kind = "web"
where = ["https://office.example"]
source = "form"

[[kind]]
id = "late"
label.en = "Late calls"
points_to = ["be-hours"]

[[kind]]
id = "often"
label.en = "Many calls"
least_calls = 5
within_days = 30

[[field]]
id = "times"
label.en = "When"
fill = "times"
weight = "decisive"
source = "form" # of the label
kinds = ["late"]

[[field]]
id = "numbers"
label.en = "Which number"
fill = "numbers"
weight = "asked"
note.en = "As it was shown."

[[field]]
id = "theme"
label.en = "Theme"
fill = "fixed"
weight = "useful"
answer.en = "Calls"

[[field]]
id = "story"
label.en = "What happened"
fill = "account"
weight = "asked"

[[warning]]
text.en = "Think first."
source = "form"

[account]
en = [
    "I had {count} calls.",
    "{customer}",
]
"""
