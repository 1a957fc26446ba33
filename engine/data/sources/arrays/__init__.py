"""Arrays of numbers in files: .npy, .npz and .safetensors, never pickled."""
