"""KD-PINN (arXiv 2512.13336): a compact student PINN distilled from a large teacher."""
