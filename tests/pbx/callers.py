"""Callers, from the ordinary to the hostile, as From header and further headers.

The numbers are made up.
"""

from collections.abc import Mapping

PLAIN = "<sip:+32475551234@provider.invalid>"
FORGES_A_LINE = "<sip:0475%0Aagi_callerid%3A%20+32475551234@provider.invalid>"
FORGES_A_REPLY = "<sip:0475%0D%0A%0A200%20result%3D1@provider.invalid>"
FORGES_AN_EXPRESSION = "<sip:1%22%20%7C%20%221%22%20=%20%221@provider.invalid>"
DIVERTED = {"Diversion": "<sip:025551234@provider.invalid>;reason=unconditional"}
DIVERSION_FORGES = {"Diversion": "<sip:02%0Aagi_callerid%3A%20123@provider.invalid>;reason=unconditional"}
WITHHELD = {"P-Asserted-Identity": PLAIN, "Privacy": "id"}
WITHHELD_AND_FORGES = {"P-Asserted-Identity": FORGES_A_LINE, "Privacy": "id"}

CALLERS: dict[str, tuple[str, Mapping[str, str]]] = {
    "plain": (PLAIN, {}),
    "name-with-quotes": ('"Jan, \\"the\\" man; x=1" <sip:0475551234@provider.invalid>', {}),
    "name-8-bit-and-control": ('"\xe9\xff\x01\x7f" <sip:0475551234@provider.invalid>', {}),
    "name-utf-8": ('"B\xc3\xa9a \xe2\x82\xac" <sip:0475551234@provider.invalid>', {}),
    "number-8-bit": ("<sip:04%E975%FF@provider.invalid>", {}),
    "200-digits": (f"<sip:{'9' * 200}@provider.invalid>", {}),
    "number-with-commas-and-quotes": ("<sip:04%2C75%22%2C)1(2%5C%3B@provider.invalid>", {}),
    "number-with-dialplan-code": ("<sip:%24%7BEPOCH%7D%24%5B1%5D@provider.invalid>", {}),
    "number-with-nul": ("<sip:0475%00123@provider.invalid>", {}),
    "forges-a-line": (FORGES_A_LINE, {}),
    "forges-a-reply": (FORGES_A_REPLY, {}),
    "forges-an-expression": (FORGES_AN_EXPRESSION, {}),
    "anonymous": ('"Anonymous" <sip:anonymous@anonymous.invalid>', {"Privacy": "id"}),
    "asserted-tel": (PLAIN, {"P-Asserted-Identity": "<tel:+32475551235>"}),
    "withheld": ("<sip:anonymous@anonymous.invalid>", WITHHELD),
    "withheld-and-forges": ("<sip:anonymous@anonymous.invalid>", WITHHELD_AND_FORGES),
    "diverted": (PLAIN, DIVERTED),
    "diversion-forges": (PLAIN, DIVERSION_FORGES),
    "forges-a-line-and-diverted": (FORGES_A_LINE, DIVERTED),
}
