"""The household's pages and what machines ask over HTTP, apart from the hook's own two requests (`hooks/http.py`)."""
