"""Sweeps and ablations by name, in the papers that have them."""

from typing import Any

from pydantic import BeforeValidator


def _without_null(variants: Any) -> Any:
    if variants is None:
        return {}
    if not isinstance(variants, dict):
        return variants
    return {name: variant for name, variant in variants.items() if variant is not None}


NULL_LEAVES_OUT = BeforeValidator(_without_null)
"""Lets `variants: null` leave all of them out, and `{w10: null}` one.

On the command line nothing else can: mappings are laid over those of the preset, so that an empty one changes nothing.
"""
