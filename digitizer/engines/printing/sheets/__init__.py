"""Cover sheets, reply sheets, batch headers, separators and legal markers as PDF."""
