"""The roster and the staff."""
