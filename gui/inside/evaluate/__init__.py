"""The tabs *Scores* and *Errors*: how good a network is, and where it is wrong."""
