"""What can be written of values: one form a file, and the forms don't know each other. None of them counts a call.

Pages in three forms (`html.py`; `text.py`; `pdf.py`, with `paper.py` and `typesetting.py` for its own use), the files
beside a report, a pack's texts, a calendar, block lists for other devices, and drawings, which pages hold as values
(`plots.py`). What several share is a file too: characters (`shown.py`), pieces of Markdown (`markdown_text.py`) and of
drawings (`drawing.py`).
"""
