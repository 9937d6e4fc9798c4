"""What the replication found wrong elsewhere, each with the command that shows it.

An erratum is a file `replication/papers/<paper>/errata/<name>.yaml`, written once its command exists.
"""

from typing import Annotated

import yaml
from pydantic import Field, ValidationError

from replication.errors import UserError
from replication.settings.preset import PAPERS
from replication.settings.strict import Strict

Text = Annotated[str, Field(min_length=3)]


class Erratum(Strict):
    """`place` is where it stands, `printed` what stands there, `found` what is true and how that was found out.

    `command` shows it again; `figure` names the figure of the same paper in which it can be seen, if there is one.
    """

    title: Text
    place: Text
    printed: Text
    found: Text
    command: Text
    figure: str | None = None


def load(paper: str) -> list[Erratum]:
    """Return a paper's errata by name. Raises UserError naming file and key if one is malformed."""
    found = []
    for path in sorted((PAPERS / paper / "errata").glob("*.yaml")):
        try:
            found.append(Erratum.model_validate(yaml.safe_load(path.read_text(encoding="utf-8"))))
        except (ValidationError, yaml.YAMLError) as error:
            raise UserError(f"{path}: {' '.join(str(error).split())}") from None
    return found
