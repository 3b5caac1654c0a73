"""Paper out: covers, letters, reply sheets and notices, as PDF bytes (ReportLab)."""
