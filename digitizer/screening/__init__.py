"""Screening: what is held, and each decision that a person takes on it."""
