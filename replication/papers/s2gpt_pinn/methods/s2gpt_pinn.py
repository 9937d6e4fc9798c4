"""S²GPT-PINN: the meta-network is trained on 2n - 1 points, its coefficients held at the sum one where that will do."""

from replication.runs.outcome import Outcome
from replication.runs.run import Run

POINTS = "sparse"
CONDITIONS = "sparse"
START = "interpolated"


def train(run: Run) -> Outcome:
    """Build the meta-network; see `replication.papers.s2gpt_pinn.offline`."""
    from replication.papers.s2gpt_pinn.offline import build

    return build(run)
