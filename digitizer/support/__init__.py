"""Small helpers that know nothing of mail: clock, paths, failpoints, concurrency."""
