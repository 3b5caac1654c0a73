"""Break-ins: every attack that we can think of, played against the real service.

    python -m trials.break_in                              # all, on both databases: half an hour
    python -m trials.break_in --short --database sqlite    # a sample, in a minute or two
    python -m trials.break_in --only logins

A real ``digitizer serve`` on a home of its own, behind a real nginx with TLS. What nobody can wait
for is skipped: time passes by moving what the tables say of it. Ends with 1 if an attack works.
"""
