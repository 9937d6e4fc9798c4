"""One folder a paper: protocol, settings, claims, methods and figures."""
