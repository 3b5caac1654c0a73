"""Where one letter ends and the next begins: pure, and it fails closed where it cannot be sure.

docs/decisions/0001-splitting-fails-closed.md gives the reason for each rule.
"""

from digitizer.capture.splitting.sheets import reading_order
from digitizer.capture.splitting.split import split

__all__ = ["reading_order", "split"]
