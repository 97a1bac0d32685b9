"""The small changes that turn right code into mutants; each operator knows one kind of slip."""
