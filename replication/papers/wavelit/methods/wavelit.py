"""WaveLiT trained on one dataset; a variant is the same with other settings."""

from replication.runs.outcome import Outcome
from replication.runs.run import Run


def train(run: Run) -> Outcome:
    """Train it and forecast the published windows of its dataset."""
    from replication.papers.wavelit.training import train_bespoke

    return train_bespoke(run)
