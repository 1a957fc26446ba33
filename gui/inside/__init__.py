"""The Results page: what a trained network does, with samples of its data and with the user's own."""
