"""The web pages: inmates' mailboxes, and the staff's desk."""
