"""Trains one arm of KD-PINN: the same code for all, since only terms and network differ."""

import torch

from replication.networks.mlp import MLP
from replication.networks.saved import load_network, predict, weights
from replication.papers.kd_pinn.arms import TEACHER
from replication.problems.problem import Array, Condition, Prescribed
from replication.problems.registry import problem_named
from replication.runs.outcome import Outcome, Status
from replication.runs.run import Run
from replication.seeds import derived_seed
from replication.training.checkpoint import Checkpoint
from replication.training.fit import Diverged, Fit
from replication.training.objective import DISTILLATION, Objective
from replication.training.settings import Training


def train_arm(run: Run) -> Outcome:
    """Train the arm that `run.settings` describes (`Settings.training_settings`) and predict on the evaluation points.

    Collocation, condition and distillation points depend on problem and seed alone, so the arms of a seed are paired;
    so do the initial weights of networks of equal size. Distillation points are drawn independently of the collocation
    points. The teacher is frozen: its values enter as targets.
    """
    settings = run.settings
    training = Training.model_validate(settings["training"])
    torch.set_default_dtype(getattr(torch, training.dtype))
    problem = problem_named(run.problem, settings["coefficients"])
    counts = settings["points"]

    conditions: dict[str, Condition] = {}
    if counts["conditions"]:
        conditions |= problem.conditions(counts["conditions"], run.random("conditions"))
    if DISTILLATION in counts:
        points = problem.collocation(counts[DISTILLATION], run.random(DISTILLATION))
        teacher = load_network(run.inputs[TEACHER], run.device)
        conditions[DISTILLATION] = Prescribed(points, predict(teacher, problem.fields, points))
    collocation: Array | None = None
    if "collocation" in counts:
        collocation = problem.collocation(counts["collocation"], run.random("collocation"))

    hidden = settings["hidden"]
    network = MLP(problem.low, problem.high, hidden, len(problem.fields), settings["activation"])
    seed = derived_seed(run.paper, run.problem, "weights", repr(hidden), run.seed)
    network.initialise(torch.Generator().manual_seed(seed))
    network.to(run.device)

    fit = Fit(
        Objective(problem, network, collocation, conditions, settings["weights"]),
        training,
        Checkpoint(run.folder / "checkpoint.safetensors", run.identity, run.device),
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
