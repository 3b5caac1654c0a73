"""What leaves the program, and what is told to inmates: the outbox, e-mail, announcements."""
