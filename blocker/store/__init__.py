"""The databases of the data directory, and the only importer of aiosqlite.

Decides how a file is opened and what is asked of it in SQL; what the rows mean belongs to the callers.
"""
