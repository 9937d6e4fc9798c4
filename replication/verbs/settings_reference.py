"""Write the JSON schema of presets and the settings reference, both from the typed models."""

import argparse
import json
from pathlib import Path

from replication.settings.reference import markdown, schema
from replication.storage.atomic import write_text

SCHEMA = Path("workflow/presets/schema.json")
REFERENCE = Path("docs/settings.md")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the verb's flags: none."""


def run(options: argparse.Namespace) -> None:
    """Write both files."""
    write_text(SCHEMA, json.dumps(schema(), indent=2, sort_keys=True) + "\n")
    write_text(REFERENCE, markdown())
