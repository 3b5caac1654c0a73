"""Scanner profiles: what each scanner writes, where, and how its stacks are read."""
