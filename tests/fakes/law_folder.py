"""A good law file for tests, to be changed one thing at a time, with `rule_folder.changed` and `rule_folder.write`."""

LAW = """\
slug = "be-some-law"
law = "Some law"
country = "BE"
checked = 2026-11-22
sure = "verified"
review = 2027-07-01
false_positives = []

[[source]]
label = "law"
title = "Some law"
seen = 2026-11-22
quality = "primary"

[[provision]]
id = "be-hours"
title = "Calling hours"
summary = "No calls in the evening."
citation = "Some law, art. 1"
source = "law"
binding = "law"
attempt_counts = true
valid_from = 2020-01-01
valid_to = 2025-12-31
predicate = "out_of_hours"
parameters = { windows = ["Mo-Fr 09:00-18:00"] }
unless = { consent = true, sectors = ["charity"] }

[[provision]]
id = "be-list"
title = "List"
summary = "No calls to numbers on the list."
citation = "Some law, art. 2"
source = "law"
binding = "guidance"
predicate = "after_register"
parameters = { register = "be-list", calendar_days = 5 }

[[example]]
provision = "be-hours"
finding = "points-to"
at = 2025-12-30T19:00:00
sector = "telecom"
never_consented = true

[[example]]
provision = "be-list"
finding = "points-to"
at = 2026-11-17T19:00:00
register = "be-list"
registered = 2026-11-01
"""
