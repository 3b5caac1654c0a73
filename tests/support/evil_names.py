"""A name that a terminal would obey."""

from __future__ import annotations

import re

RAW = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


#: Its second line begins as no line of ours does: an id may begin with any letter or digit.
EVIL = "a\x1b[2J\x1b]0;x\x07\rb\n@c\x9b31m\u202ed\u2028e\x7f"
