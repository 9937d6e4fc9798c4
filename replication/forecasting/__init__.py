"""From windows of trajectories to forecasts: samples, the training loop, rollouts and what baseline scripts call."""
