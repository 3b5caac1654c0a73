"""Who may log in, and who may do what: login, sessions, permissions."""
