"""Reading a page: which engine, what it read, where each word stands, and which way up it is."""

from digitizer.parts.reading.ppocr import load_networks
from digitizer.parts.reading.router import Engine, engines, read_page
from digitizer.parts.reading.way_up import way_up, way_up_mirrored

__all__ = ["Engine", "engines", "load_networks", "read_page", "way_up", "way_up_mirrored"]
