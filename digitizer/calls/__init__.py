"""Video calls of visits: their states, who may enter, and the clock that ends them."""
