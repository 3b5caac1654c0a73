"""Watches folders and hands over files that have come to rest. Knows nothing of what is in them.

``folder`` reads a folder, ``settling`` decides (pure, the clock is handed in), ``safety`` refuses
folders that must not be watched, ``watcher`` puts them together. Nothing is imported here, so
that naming a folder does not cost the import of watchdog.
"""
