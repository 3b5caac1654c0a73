"""What runs in sandboxes on a stranger's file: no keys, no tables, no network."""
