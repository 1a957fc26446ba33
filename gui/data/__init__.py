"""The Data page: what data there are, and what is done to them."""
