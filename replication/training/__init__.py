"""Objectives, their compiled gradients, optimisers for small networks and the resumable loop."""
