"""Whether a text is language, and whether it fits its page."""
