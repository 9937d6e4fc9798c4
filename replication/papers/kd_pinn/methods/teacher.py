"""The large network, trained on the equation and its conditions alone."""

from replication.runs.outcome import Outcome
from replication.runs.run import Run

NETWORK = "teacher"
PHYSICS = True
DISTILLATION = False


def train(run: Run) -> Outcome:
    """Train this arm; see `replication.papers.kd_pinn.training`."""
    from replication.papers.kd_pinn.training import train_arm

    return train_arm(run)
