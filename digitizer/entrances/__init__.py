"""Floor 5: the entrances: command line, web pages, watcher, worker."""
