"""Trains one arm of KD-PINN: the same code for all, since only terms and network differ."""

import torch

from replication.networks.hard_conditions import HardConditions
from replication.networks.mlp import MLP
from replication.networks.saved import load_network, predict, weights
from replication.papers.kd_pinn.objective import draw_objective
from replication.problems.registry import problem_named
from replication.runs.outcome import Outcome, Status
from replication.runs.run import Run
from replication.seeds import derived_seed
from replication.training.checkpoint import Checkpoint
from replication.training.fit import Diverged, Fit
from replication.training.settings import Training
from replication.training.snapshots import Snapshots


def train_arm(run: Run) -> Outcome:
    """Train the arm that `run.settings` describes (`Settings.training_settings`) and predict on the evaluation points.

    Collocation, condition and distillation points depend on problem and seed alone, so the arms of a seed are paired;
    so do the initial weights of networks of equal size. Its teacher, if it has one, is the only run it builds on.
    """
    settings = run.settings
    training = Training.model_validate(settings["training"])
    torch.set_default_dtype(getattr(torch, training.dtype))
    problem = problem_named(run.problem, settings["coefficients"])

    hidden = settings["hidden"]
    shape = (problem.low, problem.high, hidden, len(problem.fields), settings["activation"])
    if settings["conditions"] == "hard":
        network: MLP = HardConditions(run.problem, settings["coefficients"], *shape)
    else:
        network = MLP(*shape)
    seed = derived_seed(run.paper, run.problem, "weights", repr(hidden), run.seed)
    network.initialise(torch.Generator().manual_seed(seed))
    network.to(run.device)

    teachers = [load_network(folder, run.device) for folder in run.inputs.values()]
    fit = Fit(
        draw_objective(problem, network, settings, teachers[0] if teachers else None, run.random),
        training,
        Checkpoint(run.folder / "checkpoint.safetensors", run.identity, run.device),
        Snapshots(run.folder, settings["snapshots"]) if settings["snapshots"] else None,
    )
    try:
        fit.run()
    except Diverged as error:
        return Outcome(Status.DIVERGED, str(error), history=fit.history, phases=fit.phases)
    return Outcome(
        Status.DONE,
        prediction=predict(network, problem.fields, run.evaluation_points()),
        history=fit.history,
        weights=weights(network),
        architecture=network.architecture(),
        phases=fit.phases,
        compile_wall_s=fit.compile_wall_s,
        parameters=sum(parameter.numel() for parameter in network.parameters()),
        details={"lbfgs_stop": fit.lbfgs_stop, "lbfgs_evaluations": fit.lbfgs_evaluations},
    )
