"""People who leave, and take their mailbox along."""
