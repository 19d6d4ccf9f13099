"""The pure middle of the house: values and the functions between them.

Nothing here knows a clock, a socket, a file, a logger or asyncio; `now`, zones and holidays come in as values. The
only library in use is `phonenumbers`, and only in `number.py`. An import contract in pyproject.toml holds this.
"""
