"""The inmate's pages: the mailbox and the replies."""
