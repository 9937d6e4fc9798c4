"""Data of The Well: the catalogue, the solvers of the mini sets, the writer, the reader, the sources of real files."""
