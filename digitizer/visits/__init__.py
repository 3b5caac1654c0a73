"""Visits: rooms, sessions, who may visit whom and when, and what became of it."""
