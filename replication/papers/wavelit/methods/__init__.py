"""The paper's own methods, one file each."""
