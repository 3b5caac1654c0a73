"""Plots: bars for the numbers of a report, drawn by our own few lines. No inmate, no table."""
