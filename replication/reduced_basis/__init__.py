"""Linear combinations of few known functions that solve a PDE: columns, interpolation points, small least squares."""
