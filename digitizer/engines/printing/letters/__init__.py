"""E-messages and notices as paper."""
