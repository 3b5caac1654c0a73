"""Floor 3: processes made of parts: the pipeline, splitting, mailboxes, search, printing."""
