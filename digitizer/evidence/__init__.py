"""The evidence pack of a letter, which an outsider can verify without us."""
