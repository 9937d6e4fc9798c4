"""One file an equation: operator, domain, conditions and exact or reference solution."""
