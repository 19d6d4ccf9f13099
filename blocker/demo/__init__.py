"""A week in a Belgian household, replayed through the real service: what `blocker demo` shows.

The service, its socket, its ledger and its report are the real ones; only the callers, the household's members and the
clock are played. Nothing outside this folder knows that.
"""
