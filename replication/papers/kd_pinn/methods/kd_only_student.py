"""The student that learns from the teacher's values alone: distillation without the equation.

Where a problem's conditions are built into its networks, as on Allen-Cahn, this one has them too.
"""

from replication.runs.outcome import Outcome
from replication.runs.run import Run

NETWORK = "student"
PHYSICS = False
DISTILLATION = True


def train(run: Run) -> Outcome:
    """Train this arm; see `replication.papers.kd_pinn.training`."""
    from replication.papers.kd_pinn.training import train_arm

    return train_arm(run)
