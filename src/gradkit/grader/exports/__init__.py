"""One module for each other system that takes grades; each renders records and touches no file."""
