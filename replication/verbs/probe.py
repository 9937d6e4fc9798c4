"""Find out whether a hardware target exists on this machine."""

import argparse
import json
import logging
import os
from pathlib import Path

from replication.provenance.manifest import cpu_name
from replication.runs import log
from replication.storage.atomic import write_json

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags."""
    parser.add_argument("--settings", required=True, type=json.loads, help="the target's entry of the preset, as JSON")
    parser.add_argument("--out", required=True, type=Path, help="hardware.json to write")
    parser.add_argument("--log", type=Path, help="file that repeats the messages")


def run(options: argparse.Namespace) -> None:
    """Write device, status and name of the processor or GPU."""
    log.start(f"probe {options.out.parent.name}", options.log)
    device = options.settings["device"]
    found = {"device": device, "status": "present", "reason": "", "name": cpu_name()}
    if device == "cuda":
        import torch

        if torch.cuda.is_available():
            found["name"] = torch.cuda.get_device_name()
        else:
            found |= {"status": "absent", "reason": "no CUDA device", "name": ""}
    write_json(options.out, found | {"cores": len(os.sched_getaffinity(0))})
    logger.info("%s %s", found["status"], found["name"] or found["reason"])
