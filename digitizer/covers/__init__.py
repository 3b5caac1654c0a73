"""Cover sheets: printed, registered, counted by use, revoked."""
