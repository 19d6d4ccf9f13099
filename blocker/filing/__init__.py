"""The use cases of evidence: what a person says and proves, what comes from elsewhere, seals, packs, erasure, backups.

One module each, with core for its judgement and adapters as constructor arguments, like every other use case; they have
a folder of their own because they are many. `cabinet.py` puts them together. None of them is on the way of a call.
"""
