"""What S²GPT-PINN's figures have in common: panels by family and hardware."""

import pandas as pd

from replication.report import style


def panels(data: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """Return (title, rows) for each family and hardware; of several, the title names the hardware below the family."""
    several = data["hardware"].nunique() > 1
    return [
        (style.title(str(problem)) + (f"\n{hardware}" if several else ""), rows)
        for (problem, hardware), rows in data.groupby(["problem", "hardware"])
    ]
