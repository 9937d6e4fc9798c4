"""S²GPT-PINN (arXiv 2506.15687): meta-networks of few neurons, each a full PINN, trained on few points."""
