"""The web pages, and what puts them together."""
