"""Taking things out of the tables so that nothing of what was in them stays."""
