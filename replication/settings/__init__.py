"""Typed presets: what to run and how big, checked before anything runs."""
