"""gradkit, the student library."""
