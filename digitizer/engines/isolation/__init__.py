"""Sandboxes: processes without keys or network, for all that touches a stranger's file.

Why not a kept library: pebble is LGPL, shares one locked pipe among its sandboxes (a sandbox
killed while it holds the lock harms the others), hands its environment down, and unpickles
whatever a sandbox answers; ProcessPoolExecutor loses every task when one sandbox dies.
"""

from digitizer.engines.isolation.pool import Pool, network_guard
from digitizer.engines.isolation.sandbox import SandboxLimits

__all__ = ["Pool", "SandboxLimits", "network_guard"]
