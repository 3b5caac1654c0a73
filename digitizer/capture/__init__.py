"""Capture: from a settled file to letters, delivered or held."""
