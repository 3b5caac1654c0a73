"""The event log in the hands of people: reviews of who looked at what and why, searches, copies."""
