"""One file for each form of a page or a report; the forms don't know each other, and none of them counts anything.

What several share is a file too: characters (`shown.py`), pieces of drawings (`drawing.py`).
"""
