"""Reading a page: which engine, what it read, where each word stands."""

from digitizer.parts.reading.router import Engine, engines, read_page

__all__ = ["Engine", "engines", "read_page"]
