"""Hardware targets: where things run and what a scheduler must grant for it."""

from typing import Literal

from pydantic import Field, NonNegativeInt, PositiveInt

from replication.settings.strict import Strict


class HardwareTarget(Strict):
    """One machine kind that all training and measuring is done on."""

    device: Literal["cpu", "cuda"] = Field(description="Device that torch computes on.")
    memory_mb: PositiveInt = Field(4000, description="Memory that one training job asks of the scheduler.")
    gpus: NonNegativeInt = Field(
        0,
        description="GPUs that one job asks of the scheduler. From two on, WaveLiT and the networks trained as it is "
        "run as one process for each, started by torchrun, which divide every batch; all else computes on the first. "
        "Snakemake counts GPUs but gives a job no number of its own: to use several of one machine at once, start a "
        "workflow for each in a folder of its own, with another CUDA_VISIBLE_DEVICES.",
    )
