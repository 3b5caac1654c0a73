"""Video calls: rooms and media servers behind one port; no inmate, no table."""
