"""People outside: who they are, whom they write to, and what mail of theirs is held."""
