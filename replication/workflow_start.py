"""The first thing the Snakefile does: find the preset, check it, make the plan."""

import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from replication.errors import UserError
from replication.plan import Plan
from replication.settings.loading import DEFAULT, load_preset


def plan(configfiles: Sequence[str | Path], overrides: Mapping[str, Any]) -> Plan:
    """Return the plan of the preset given by `--configfile`, or of `quick`, with `--config` laid over it.

    Snakemake has merged file and command line into `overrides` by now; the preset is read again from its file, so that
    what the command line changed is known. A mistake ends the process with one line and exit code 1. The interpreter
    that runs Snakemake is put first on PATH, so that the rules' `python` is the one that has our packages.
    """
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    try:
        if len(configfiles) > 1:
            names = ", ".join(str(path) for path in configfiles)
            raise UserError(f"--configfile: one preset at a time, not {names}")
        path = Path(configfiles[0]) if configfiles else DEFAULT
        path = path.relative_to(Path.cwd()) if path.is_relative_to(Path.cwd()) else path
        return Plan(load_preset(path, overrides))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(1)
