"""Decoded samples kept on the disk between batches, epochs and runs: what is read again need not be decoded again."""
