"""The networks that read a line, and from their frames to words."""
