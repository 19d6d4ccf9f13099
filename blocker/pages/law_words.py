"""What the law's questions leave open, in words that can be translated.

Decides nothing: the texts are those of `core/predicates.py` and the modules it names, which know no languages. A test
compares them.
"""

from blocker.language import later

UNKNOWN = (
    later("for whom the caller called"),
    later("what was offered"),
    later("whether a person spoke"),
    later("whether an attempt that nobody answered counts"),
    later("whether anybody spoke"),
    later("whether the call or the objection of that day came first"),
    later("whether the call or the refusal of that day came first"),
    later("whether the call was answered"),
    later("whether the caller or a network left the number out"),
    later("whether the caller said who they were"),
    later("whether the consent or the objection of that day came first"),
    later("whether the consent or the registration of that day came first"),
    later("whether the household had consented"),
    later("whether the household is or was a customer"),
    later("whether the household was a customer"),
    later("whether the right to object was offered"),
)
"""To be read before “isn't known”."""
