"""The network as a tree that can be read and edited without seeing it."""
