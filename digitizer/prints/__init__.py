"""The print queue: everything on its way to paper, the printers, and what came out of them."""
