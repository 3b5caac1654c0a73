"""The ledger of scans: who works on which, and which are sealed."""
