"""Tables of text as others read them."""
