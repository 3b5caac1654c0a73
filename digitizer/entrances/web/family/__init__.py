"""The pages of families and friends: they know nothing of the others."""
