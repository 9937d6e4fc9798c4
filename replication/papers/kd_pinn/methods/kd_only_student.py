"""The student that sees nothing but the teacher's values: distillation without the equation."""

from replication.runs.outcome import Outcome
from replication.runs.run import Run

NETWORK = "student"
PHYSICS = False
DISTILLATION = True


def train(run: Run) -> Outcome:
    """Train this arm; see `replication.papers.kd_pinn.training`."""
    from replication.papers.kd_pinn.training import train_arm

    return train_arm(run)
