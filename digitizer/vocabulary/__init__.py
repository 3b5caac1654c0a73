"""Floor 1: the words everything else speaks. Types, errors, settings; no work is done here."""
