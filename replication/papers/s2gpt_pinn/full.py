"""Full PINNs at held-out parameters, trained like neurons and kept with them."""

from typing import Any

import numpy as np
import torch

from replication.networks.saved import predict, weights
from replication.papers.s2gpt_pinn.neurons import Neurons
from replication.papers.s2gpt_pinn.queries import queries_of
from replication.problems.problem import Array
from replication.runs.outcome import Outcome, Phase, Status
from replication.runs.run import Run


def answer(run: Run) -> Outcome:
    """Train a full PINN at each of the first `pinn_queries` held-out parameters; their points alone are answered."""
    family = run.settings["family"]
    parameters, points = queries_of(run.evaluation_points(), len(family["parameters"]))
    cache = Neurons.beside(run.folder, family, run.seed)
    phase, solutions, records = Phase(), [], []
    history: list[dict[str, Any]] = []
    arrays: dict[str, Array] = {}
    torch.set_num_threads(1)
    for i, values in enumerate(parameters[: family["pinn_queries"]].tolist()):
        try:
            neuron = cache.neuron(values)
        except FloatingPointError as error:
            return Outcome(Status.DIVERGED, f"at {values}: {error}", history=history, phases={"pinn": phase})
        neuron.add_cost(phase)
        solutions.append(predict(neuron.network, ("u",), points)["u"])
        history.append({"phase": "pinn", "step": i, "loss": neuron.record["loss"]})
        records.append(neuron.summary())
        arrays |= {f"network_{i}.{name}": array for name, array in weights(neuron.network).items()}
    return Outcome(
        Status.DONE,
        prediction={"u": np.concatenate(solutions)},
        history=history,
        weights=arrays | {"parameters": parameters[: len(records)]},
        architecture={"kind": "full_pinns", "network": neuron.network.architecture()},
        phases={"pinn": phase},
        parameters=sum(parameter.numel() for parameter in neuron.network.parameters()),
        details={"neurons": records, "answered_points": len(records) * len(points)},
    )
