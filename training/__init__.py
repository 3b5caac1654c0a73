"""How the recogniser of handwriting was made: nothing here runs in the service."""
