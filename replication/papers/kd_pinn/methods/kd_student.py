"""The distilled student: the equation, its conditions and w_KD times the gap to the teacher."""

from replication.runs.outcome import Outcome
from replication.runs.run import Run

NETWORK = "student"
PHYSICS = True
DISTILLATION = True


def train(run: Run) -> Outcome:
    """Train this arm; see `replication.papers.kd_pinn.training`."""
    from replication.papers.kd_pinn.training import train_arm

    return train_arm(run)
