"""Measurements of speed and reliability, and the make-believe scanner they share with tests."""
