"""Covers printed, worn and scanned, through the real path: are they read, are they known?"""
