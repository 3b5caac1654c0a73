"""What runs in isolated processes on a stranger's file: no keys, no tables, no network."""
