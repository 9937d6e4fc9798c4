"""Files that are whole or absent, and folders that one process writes at a time."""
