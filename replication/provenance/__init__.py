"""Which code, packages and machine stand behind a number."""
