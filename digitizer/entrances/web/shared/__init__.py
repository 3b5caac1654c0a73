"""What both doors' pages stand on: sessions, templates, headers, pictures."""
