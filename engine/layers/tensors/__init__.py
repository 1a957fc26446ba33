"""torch's functions of tensors as layers: mathematics, comparisons, constants, indexing and the like."""
