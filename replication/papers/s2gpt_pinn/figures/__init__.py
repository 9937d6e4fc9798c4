"""The figures of S²GPT-PINN."""
