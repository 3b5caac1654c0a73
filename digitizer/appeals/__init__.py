"""Rejections with their notices and clocks, and appeals against them."""
