"""GPT-PINN: the meta-network is trained on the full grid, with the initial and boundary data in its loss."""

from replication.runs.outcome import Outcome
from replication.runs.run import Run

POINTS = "grid"
CONDITIONS = "data"
START = "equal"


def train(run: Run) -> Outcome:
    """Build the meta-network; see `replication.papers.s2gpt_pinn.offline`."""
    from replication.papers.s2gpt_pinn.offline import build

    return build(run)
