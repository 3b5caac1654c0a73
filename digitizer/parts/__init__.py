"""Floor 2: single-purpose parts. Each is the only file that knows its library."""
