"""Cover sheets, reply sheets, batch headers and legal markers as PDF."""
