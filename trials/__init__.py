"""Attempts to break the product: worn paper, lying paper, damaged files, deaths, forgeries."""
