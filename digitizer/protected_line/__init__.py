"""What inmates send unread to the addressees of the protected line: by encrypted e-mail, or sealed
on paper. Nothing here keeps, shows, reads or finds a word of it."""
