"""A full PINN for every query: what the meta-networks save. It answers the first few held-out parameters alone."""

from replication.runs.outcome import Outcome
from replication.runs.run import Run


def train(run: Run) -> Outcome:
    """Train the networks; see `replication.papers.s2gpt_pinn.full`."""
    from replication.papers.s2gpt_pinn.full import answer

    return answer(run)
