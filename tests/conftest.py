"""What all tests share: no property is held against a clock, since machines differ and are shared."""

from hypothesis import settings

import replication  # noqa: F401  (before torch is: it asks for the same bits wherever an array lies)

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
