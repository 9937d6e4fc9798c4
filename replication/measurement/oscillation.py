"""How much the loss swings during Adam."""

import numpy as np

WINDOW_STEPS = 100
FEWEST_ROWS = 5


def loss_oscillation(steps: np.ndarray, losses: np.ndarray) -> float | None:
    """Return the median over windows of the standard deviation of log(loss) about its straight line in the window.

    `steps` and `losses` are the logged Adam steps and the physics loss there; windows are 100 steps long (longer where
    fewer than five rows were logged in that many). Detrending takes away the progress, the logarithm the scale. L-BFGS
    is left out: its line search never lets the loss rise. None where fewer than five rows were logged in all. The
    definition is ours; the paper gives none.
    """
    if len(steps) < FEWEST_ROWS:
        return None
    logarithms = np.log(losses)
    spacing = float(np.median(np.diff(steps)))
    rows = max(FEWEST_ROWS, round(WINDOW_STEPS / spacing))
    swings = []
    for start in range(0, len(steps) - rows + 1, rows):
        here, values = steps[start : start + rows], logarithms[start : start + rows]
        line = np.polynomial.Polynomial.fit(here, values, 1)
        swings.append(np.sqrt(np.mean((values - line(here)) ** 2)))
    return float(np.median(swings))
