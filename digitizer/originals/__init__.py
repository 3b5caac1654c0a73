"""The paper that was scanned: its boxes, who asks for it, and how it is destroyed."""
