"""The staff's pages: the day's intake, what is held, delivered mail, covers."""
