"""The long-running service: watcher, worker and web server, and how they are stopped."""
