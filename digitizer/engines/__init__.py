"""The engines: one library a file. No inmate is known here, no table, no key store."""
