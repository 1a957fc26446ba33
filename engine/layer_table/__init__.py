"""What each layer of a network is, gives and costs, in rows: blocks with what is inside them."""
