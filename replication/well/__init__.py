"""Data of The Well: the catalogue, the solvers of the mini sets, the writer, the reader and the sources of real files."""
