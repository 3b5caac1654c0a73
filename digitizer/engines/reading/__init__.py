"""Reading a page: which engine, what it read, where each word stands, and which way up it is."""

from digitizer.engines.reading.orientation import way_up, way_up_mirrored
from digitizer.engines.reading.readers.ppocr import load_networks
from digitizer.engines.reading.router import Engine, engines, read_page

__all__ = ["Engine", "engines", "load_networks", "read_page", "way_up", "way_up_mirrored"]
