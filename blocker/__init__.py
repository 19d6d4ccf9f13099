"""blocker: keeps unwanted marketing calls from ringing and turns each into evidence.

This package file decides nothing; it names the version, which every evidence entry of a start carries.
"""

__version__ = "0.1.0"
