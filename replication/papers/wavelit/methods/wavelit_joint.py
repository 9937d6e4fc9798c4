"""WaveLiT trained on several datasets together; its forecasts of each are runs of their own, which train nothing."""

from replication.papers.wavelit.settings import JOINT
from replication.runs.outcome import Outcome
from replication.runs.run import Run


def train(run: Run) -> Outcome:
    """Train the joint model, or forecast one dataset's published windows with the model that was trained."""
    from replication.papers.wavelit.joint import forecast_with_joint, train_joint

    return train_joint(run) if run.problem == JOINT else forecast_with_joint(run)
