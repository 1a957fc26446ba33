"""Windows in motion: which cells each window reads, with numbers, as a matrix product and under translation.

`axis` and `sliding` are plain arithmetic and import nothing heavy; the numbers of the others come from torch.
"""
