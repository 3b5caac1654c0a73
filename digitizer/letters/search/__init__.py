"""Search: finding words on pages, tolerant of what a reader got wrong."""
