"""Screening: what is held, and every decision that a person makes about it."""
