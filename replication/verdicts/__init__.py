"""Turn measurements into verdicts: one file a test, and what all tests share."""
