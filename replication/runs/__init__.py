"""The contract of a run folder: what every method leaves behind, whatever became of it."""
