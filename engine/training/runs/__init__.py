"""The folders of runs: what is written while one trains, and what can be read of it afterwards."""
