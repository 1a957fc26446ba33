"""The structure of a drawn network, by networkx: longest path, trunk, repeated parts, files for graph programs."""
