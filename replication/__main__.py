"""`python -m replication VERB ...`: one verb a rule of the workflow, each runnable by hand."""

import argparse
import sys
from importlib import import_module
from pathlib import Path

from replication.errors import UserError

VERBS = sorted(path.stem for path in (Path(__file__).parent / "verbs").glob("[a-z]*.py"))


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; a mistake of the user is one line on stderr and exit code 1."""
    names = ", ".join(name.replace("_", "-") for name in VERBS)
    parser = argparse.ArgumentParser(prog="python -m replication", description=__doc__, epilog=f"verbs: {names}")
    commands = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    given = sys.argv[1:] if arguments is None else arguments
    for name in VERBS:
        command = name.replace("_", "-")
        # Only the verb that is called is imported in full: some import torch, and that costs a second.
        if given[:1] == [command]:
            module = import_module(f"replication.verbs.{name}")
            verb = commands.add_parser(command, description=module.__doc__)
            module.add_arguments(verb)
            verb.set_defaults(run=module.run)
        else:
            commands.add_parser(command, add_help=False)
    options = parser.parse_args(given)
    try:
        options.run(options)
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    except FileNotFoundError as error:
        print(f"error: {error.filename}: no such file or folder", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
