"""The arms of S²GPT-PINN: one file a method, alike but for the points and conditions of the meta-network's loss."""
