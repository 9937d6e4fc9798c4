"""Run the workflow for a preset and say where its page is: what `make report` calls."""

import argparse
import subprocess
import sys
from pathlib import Path

import psutil
import yaml

from replication import layout
from replication.errors import UserError
from replication.settings.loading import load_preset

LOCKS = Path(".snakemake/locks")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--preset", default="quick", help="name of a file in workflow/presets/, or a path to one")
    parser.add_argument("--cores", default="all", type=_cores, help="cores that Snakemake may use")
    parser.add_argument("--config", nargs="*", default=[], metavar="KEY=VALUE", help="settings to override")


def run(options: argparse.Namespace) -> None:
    """Check the preset, release the lock of a killed workflow, run Snakemake. Raises UserError where that fails."""
    path = preset_path(options.preset)
    preset = load_preset(path, overrides(options.config))
    release_stale_lock()
    command = [sys.executable, "-m", "snakemake", "--cores", options.cores, "--configfile", str(path)]
    if options.config:
        command += ["--config", *options.config]
    code = subprocess.run(command, check=False).returncode
    if code:
        raise UserError(f"snakemake ended with exit code {code}; what failed is named above and in logs/{preset.name}/")
    print(f"The page is {layout.page(preset.name).resolve()}")


def _cores(text: str) -> str:
    if text != "all" and not (text.isdecimal() and int(text)):
        raise argparse.ArgumentTypeError(f"{text!r} is neither a positive whole number nor all")
    return text


def preset_path(name: str) -> Path:
    """Return the file of a preset given by its name or by a path."""
    return Path(name) if name.endswith((".yaml", ".yml")) else layout.PRESETS / f"{name}.yaml"


def overrides(entries: list[str]) -> dict[str, object]:
    """Read `KEY=VALUE` entries as Snakemake does: the value is YAML, its leaves are text."""
    found: dict[str, object] = {}
    for entry in entries:
        key, separator, value = entry.partition("=")
        if not (key and separator):
            raise UserError(f"--config {entry!r}: expected KEY=VALUE, for example 'problems=[burgers]'")
        try:
            found[key] = yaml.load(value, Loader=yaml.BaseLoader)  # makes text only, no objects
        except yaml.YAMLError as error:
            raise UserError(f"--config {key}: {value!r} is not valid YAML: {' '.join(str(error).split())}") from None
    return found


def release_stale_lock() -> None:
    """Unlock the working directory if no Snakemake runs in it. Raises UserError naming the one that does."""
    if not LOCKS.is_dir() or not any(LOCKS.iterdir()):
        return
    here = Path.cwd()
    for process in psutil.process_iter(["pid", "cmdline", "cwd"]):
        about = process.info
        if any("snakemake" in part for part in about["cmdline"] or ()) and about["cwd"] == str(here):
            raise UserError(f"process {about['pid']} runs Snakemake in {here}: wait for it, or end it")
    print("Releasing the lock that a killed run has left.", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "snakemake", "--unlock", "--cores", "1"], check=True, capture_output=True)
