"""Reports: the mailroom in numbers, for a chosen period."""
