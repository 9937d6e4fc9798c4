"""The periodic Allen-Cahn equation as KD-PINN's hard case: a tenth of the diffusion, which plain PINNs fail at."""

from dataclasses import dataclass

from replication.problems.allen_cahn_periodic import AllenCahnPeriodic


@dataclass(frozen=True)
class AllenCahnHard(AllenCahnPeriodic):
    """The same equation and conditions; the coefficients come from KD-PINN's settings."""
