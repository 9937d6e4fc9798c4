"""Classical solvers of the families, one file an equation, each over a range of resolutions; and POD of them."""
