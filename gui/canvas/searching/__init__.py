"""Popups that search: a layer to be added, a layer of the network."""
