"""What a reader needs to judge whether a number could be made again: code, packages, machine, settings."""

import hashlib
import json
import platform
import subprocess
from functools import cache
from importlib import metadata
from pathlib import Path
from typing import Any

PACKAGES = ("torch", "numpy", "scipy", "pandas", "h5py", "numba", "onnxruntime", "the_well", "snakemake")
REPOSITORY = Path(__file__).resolve().parents[2]
LOCK = REPOSITORY / "requirements.lock"


def manifest(settings: dict[str, Any], *, threads: int, dtype: str, device: str) -> dict[str, Any]:
    """Return the manifest of one run; unknown entries say "not available"."""
    import torch

    uses_gpu = device == "cuda" and torch.cuda.is_available()
    commit, dirty = commit_and_dirty()
    return {
        "commit": commit,
        "dirty": dirty,
        "packages": {name: _version(name) for name in PACKAGES},
        "lock_hash": hashlib.sha256(LOCK.read_bytes()).hexdigest()[:16] if LOCK.is_file() else "not available",
        "cpu": cpu_name(),
        "gpu": torch.cuda.get_device_name() if uses_gpu else "none",
        "driver": _driver() if uses_gpu else "none",
        "threads": threads,
        "dtype": dtype,
        "tf32": bool(torch.backends.cuda.matmul.allow_tf32),
        "settings_hash": settings_hash(settings),
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def settings_hash(settings: dict[str, Any]) -> str:
    """Return 16 hexadecimal digits for settings, whatever the order of their keys."""
    return hashlib.sha256(json.dumps(settings, sort_keys=True).encode()).hexdigest()[:16]


@cache
def commit_and_dirty() -> tuple[str, bool | str]:
    """Return the commit of the code and whether tracked files, other than published reports, differ from it."""
    try:
        commit = _git("rev-parse", "HEAD")
        return commit, bool(_git("status", "--porcelain", "--untracked-files=no", "--", ".", ":!reports"))
    except (OSError, subprocess.CalledProcessError):
        return "not available", "not available"


@cache
def cpu_name() -> str:
    """Return the processor's name as the system gives it."""
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or "not available"


def _git(*arguments: str) -> str:
    return subprocess.run(
        ["git", "-C", str(REPOSITORY), *arguments], check=True, capture_output=True, text=True
    ).stdout.strip()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"


def _driver() -> str:
    try:
        command = ["nvidia-smi", "--query-gpu=driver_version", "--format=csv,noheader"]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()[0]
    except (OSError, subprocess.CalledProcessError):
        return "not available"
