"""What the staff's and the inmates' pages share: sessions, templates, headers, pictures."""
