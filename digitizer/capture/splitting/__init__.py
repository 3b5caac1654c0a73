"""Where one letter ends and the next begins: pure, and closed where it cannot be sure.

Why each rule is as it is stands in docs/decisions/0001-splitting-fails-closed.md.
"""

from digitizer.capture.splitting.sheets import reading_order
from digitizer.capture.splitting.split import split

__all__ = ["reading_order", "split"]
