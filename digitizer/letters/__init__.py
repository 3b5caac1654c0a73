"""Letters in mailboxes: what was delivered, what it says, and its corrections."""
