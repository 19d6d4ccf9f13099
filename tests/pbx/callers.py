"""Callers, from the ordinary to the hostile, as From header and further headers.

The numbers are made up.
"""

import pytest

PLAIN = "<sip:+32475551234@provider.invalid>"
FORGES_A_LINE = "<sip:0475%0Aagi_callerid%3A%20+32475551234@provider.invalid>"
FORGES_A_REPLY = "<sip:0475%0D%0A%0A200%20result%3D1@provider.invalid>"
FORGES_AN_EXPRESSION = "<sip:1%22%20%7C%20%221%22%20=%20%221@provider.invalid>"
DIVERTED = {"Diversion": "<sip:025551234@provider.invalid>;reason=unconditional"}
DIVERSION_FORGES = {"Diversion": "<sip:02%0Aagi_callerid%3A%20123@provider.invalid>;reason=unconditional"}
WITHHELD = {"P-Asserted-Identity": PLAIN, "Privacy": "id"}
WITHHELD_AND_FORGES = {"P-Asserted-Identity": FORGES_A_LINE, "Privacy": "id"}

CALLERS = [
    pytest.param(PLAIN, {}, id="plain"),
    pytest.param('"Jan, \\"the\\" man; x=1" <sip:0475551234@provider.invalid>', {}, id="name-with-quotes"),
    pytest.param('"\xe9\xff\x01\x7f" <sip:0475551234@provider.invalid>', {}, id="name-8-bit-and-control"),
    pytest.param('"B\xc3\xa9a \xe2\x82\xac" <sip:0475551234@provider.invalid>', {}, id="name-utf-8"),
    pytest.param("<sip:04%E975%FF@provider.invalid>", {}, id="number-8-bit"),
    pytest.param(f"<sip:{'9' * 200}@provider.invalid>", {}, id="200-digits"),
    pytest.param("<sip:04%2C75%22%2C)1(2%5C%3B@provider.invalid>", {}, id="number-with-commas-and-quotes"),
    pytest.param("<sip:%24%7BEPOCH%7D%24%5B1%5D@provider.invalid>", {}, id="number-with-dialplan-code"),
    pytest.param("<sip:0475%00123@provider.invalid>", {}, id="number-with-nul"),
    pytest.param(FORGES_A_LINE, {}, id="forges-a-line"),
    pytest.param(FORGES_A_REPLY, {}, id="forges-a-reply"),
    pytest.param(FORGES_AN_EXPRESSION, {}, id="forges-an-expression"),
    pytest.param('"Anonymous" <sip:anonymous@anonymous.invalid>', {"Privacy": "id"}, id="anonymous"),
    pytest.param(PLAIN, {"P-Asserted-Identity": "<tel:+32475551235>"}, id="asserted-tel"),
    pytest.param("<sip:anonymous@anonymous.invalid>", WITHHELD, id="withheld"),
    pytest.param("<sip:anonymous@anonymous.invalid>", WITHHELD_AND_FORGES, id="withheld-and-forges"),
    pytest.param(PLAIN, DIVERTED, id="diverted"),
    pytest.param(PLAIN, DIVERSION_FORGES, id="diversion-forges"),
    pytest.param(FORGES_A_LINE, DIVERTED, id="forges-a-line-and-diverted"),
]
