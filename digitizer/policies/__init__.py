"""Policies: what a facility wants people to look at."""
