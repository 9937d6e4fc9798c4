"""One file a dataset of The Well, under its official name.

Every solver module offers

- `PARAMETERS: tuple[dict[str, float], ...]`: the parameter sets of a mini set, a subset of the official ones, keyed by
  the official scalar names in the catalogue's order; `({},)` where the set has none. Trajectory i uses set number
  i modulo length;
- `DIFFERENCES: str`: one paragraph, what differs from the original, written into every file;
- `simulate(shape, frames, parameters, random) -> Trajectory`: one trajectory of `frames` stored frames on the stored
  grid `shape`, in the order of the catalogue's dimensions (x, y). A solver may compute on a finer grid and average or
  subsample. All randomness comes from `random`: the same generator state gives the same bits;
- `CHOICES: int`, only where all that it draws is one `random.integers(CHOICES)`: no two trajectories of a set are then
  given the same draw with the same parameters.
"""
