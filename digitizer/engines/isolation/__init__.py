"""Worker processes for everything that touches a stranger's file.

Why not a kept library: pebble is LGPL, shares one locked pipe among its workers (a worker
killed while it holds the lock harms the others), hands its environment down, and unpickles
whatever a worker answers; ProcessPoolExecutor loses every task when one worker dies.
"""

from digitizer.engines.isolation.pool import Pool, network_guard
from digitizer.engines.isolation.worker_process import WorkerLimits

__all__ = ["Pool", "WorkerLimits", "network_guard"]
