"""One figure a file: `data` reads runs, `draw` reads that data alone."""
