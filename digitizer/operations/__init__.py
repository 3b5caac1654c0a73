"""For those who run the service: reconcile, backup, scrub, doctor, health."""
