"""What is stored: tables, blobs, keys, and how they are encrypted and copied."""
