"""One archive of what a preset's runs found and what they cost, without weights, predictions or histories.

Its members lie at the paths they have in a working directory, so that it can be unpacked beside the code and looked
into: the long tables, the verdicts with the tests behind them, what every run cost and on what it ran, every run's
`training.json` (settings as run), `manifest.json` and `scores.json`, every measurement with its record, and the preset.
"""

import gzip
import hashlib
import io
import sys
import tarfile
import zlib
from collections.abc import Iterator
from pathlib import Path

from replication import layout
from replication.errors import UserError
from replication.plan import Plan, as_json
from replication.storage.atomic import replacing, write_text

SUFFIX = ".tar.gz"
OF_A_RUN = ("training.json", "manifest.json", "scores.json")


def pack(plan: Plan, out: Path) -> str:
    """Pack the finished papers of a preset into `out` and its SHA-256 sum into `{out}.sha256`; return the sum.

    The same files give the same bytes. Raises UserError if no paper is finished, or a run of one that is.
    """
    papers = [paper for paper in plan.papers if _finished(plan, paper)]
    if not papers:
        raise UserError(f"preset {plan.name}: no paper has its table, verdicts and record of runs yet")
    members = sorted({path for paper in papers for path in _members(plan, paper)})
    if missing := [path for path in members if not path.is_file()]:
        raise UserError(
            f"{missing[0]} is missing, and {len(missing) - 1} more: run the workflow first, or where it was run for"
            " some problems or methods only, name them again: --config 'problems=[...]' 'baselines=[...]'"
        )
    with replacing(out) as temporary:
        with (
            temporary.open("wb") as raw,
            gzip.GzipFile("", "wb", fileobj=raw, mtime=0) as packed,
            tarfile.open(fileobj=packed, mode="w") as tar,
        ):
            _add(tar, layout.record(plan.name).with_name("preset.json"), _preset(plan).encode())
            for path in members:
                _add(tar, path, path.read_bytes())
        digest = hashlib.sha256(temporary.read_bytes()).hexdigest()
    write_text(_checksum(out), f"{digest}  {out.name}\n")
    return digest


def unpack(archive: Path, folder: Path) -> None:
    """Unpack an archive into `folder`. Raises UserError if it is damaged, or is not what its checksum says."""
    if _checksum(archive).is_file():
        said, found = _checksum(archive).read_text().split()[0], hashlib.sha256(archive.read_bytes()).hexdigest()
        if said != found:
            raise UserError(f"{archive}: its SHA-256 sum is {found[:16]}..., {_checksum(archive)} says {said[:16]}...")
    try:
        with tarfile.open(archive, mode="r:gz") as tar:
            tar.extractall(folder, filter="data")
    except (tarfile.TarError, zlib.error, EOFError, OSError) as error:
        raise UserError(f"{archive}: not an archive of results ({' '.join(str(error).split())})") from None


def _finished(plan: Plan, paper: str) -> bool:
    missing = [path for path in _judged(plan, paper) if not path.is_file()]
    if missing:
        print(f"left out: {paper}: {missing[0]} is missing", file=sys.stderr)
    return not missing


def _judged(plan: Plan, paper: str) -> list[Path]:
    of_paper = (layout.table, layout.verdicts, layout.evidence, layout.sensitivity, layout.record)
    return [path(plan.name, paper) for path in of_paper]


def _members(plan: Plan, paper: str) -> Iterator[Path]:
    yield from _judged(plan, paper)
    for name in OF_A_RUN:
        yield from plan.run_files(paper, name)
    for path in plan.measurements(paper):
        yield from (path, path.with_suffix(".json"))


def _preset(plan: Plan) -> str:
    settings = plan.preset.settings.model_dump(mode="json", exclude_none=True)
    return as_json(
        {"name": plan.name, "evidence": plan.preset.evidence_level, "config": list(plan.preset.config)}
        | {"settings": settings}
    )


def _add(tar: tarfile.TarFile, path: Path, content: bytes) -> None:
    member = tarfile.TarInfo(path.as_posix())  # its time is 1970 and its owner root, wherever it is made
    member.size = len(content)
    tar.addfile(member, io.BytesIO(content))


def _checksum(archive: Path) -> Path:
    return archive.with_name(f"{archive.name}.sha256")
