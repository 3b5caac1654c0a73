"""The entrances: web pages, command line, watcher and worker. No rule of the mail is made here."""
