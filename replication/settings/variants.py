"""Sweeps and ablations by name, in the papers that have them."""

from pydantic import BeforeValidator

NULL_IS_NONE = BeforeValidator(lambda variants: {} if variants is None else variants)
"""Lets `variants: null` leave all of them out.

On the command line nothing else can: mappings are laid over those of the preset, so that an empty one changes nothing.
"""
