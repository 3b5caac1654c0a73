"""People who move between the facilities of an agency, and all that is theirs."""
