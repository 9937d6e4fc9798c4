"""The student with w_KD = 0: same network, points and budget as the distilled one, no teacher."""

from replication.runs.outcome import Outcome
from replication.runs.run import Run

NETWORK = "student"
PHYSICS = True
DISTILLATION = False


def train(run: Run) -> Outcome:
    """Train this arm; see `replication.papers.kd_pinn.training`."""
    from replication.papers.kd_pinn.training import train_arm

    return train_arm(run)
