"""The arms of KD-PINN: one file a method, alike but for the terms of their loss and the size of their network."""
