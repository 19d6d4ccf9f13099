"""What people read, one module for each kind of page: values and words in, a `Document` out.

A page module is pure: it gets all it says as values, the reader's language as `Words`, and makes a `Document`
(`core/document.py`) of them. It counts nothing that a report didn't count, and knows no paper and no browser; drawings
it asks of `renderers/plots.py`, which gives them as values too.

Each English text stands in the page as an argument of `Words`, and its translations in `blocker/locale/`.
"""
