"""Codes, marks and forms of our printed sheets: made, and seen again on a scan."""
