"""Legal and protected mail whose privilege is proven on the envelope, and its log."""
