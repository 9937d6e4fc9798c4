"""Results that travel: packed into one archive, read back, and held beside others."""
