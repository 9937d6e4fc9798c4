"""What all tests share: no property is held against a clock, since machines differ and are shared."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
