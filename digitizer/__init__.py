"""A print-and-scan digitizer for the mail of correctional facilities."""

__version__ = "0.2.0"
