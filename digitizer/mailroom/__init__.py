"""Floor 4: the verbs that every entrance calls. Permission is decided here, once."""
