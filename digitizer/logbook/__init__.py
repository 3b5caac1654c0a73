"""What the mailroom writes down of paper that is no letter for here, and of things in envelopes."""
