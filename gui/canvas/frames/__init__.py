"""Comment frames on the canvas: how they look, and what is done with them."""
