"""Reads a preset and overrides from the command line; every mistake is one line."""

import difflib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError

from replication import layout
from replication.baselines.declaration import baselines
from replication.baselines.rule_file import check_rule_file
from replication.errors import UserError
from replication.settings.preset import PresetBase, preset_model

DEFAULT = layout.PRESETS / "quick.yaml"
MODIFIED = ", modified: "
"""What stands in an evidence level between the preset and the keys that the command line changed."""
NARROWING = ("problems", "baselines")
"""The keys that choose which runs are made and change none of them."""


@dataclass(frozen=True)
class LoadedPreset:
    """A valid preset, its name (the file's stem) and what the command line changed: values by their path of keys."""

    name: str
    settings: PresetBase
    changes: Mapping[tuple[str, ...], Any]

    @property
    def modified(self) -> tuple[str, ...]:
        """The dotted keys whose values the command line changed."""
        return tuple(".".join(keys) for keys in self.changes)

    @property
    def evidence_level(self) -> str:
        """Return what the verdicts of this run may call their evidence."""
        return evidence_level(self.name, self.modified)

    @property
    def config(self) -> tuple[str, ...]:
        """Return the changes as `KEY=VALUE` for `--config`, so that a command line makes them again."""
        nested: dict[str, Any] = {}
        for keys, value in self.changes.items():
            place = nested
            for key in keys[:-1]:
                place = place.setdefault(key, {})
            place[keys[-1]] = value
        return tuple(f"{key}={json.dumps(value)}" for key, value in nested.items())


def evidence_level(preset: str, modified: Iterable[str]) -> str:
    """Return what verdicts call their evidence: the preset, and the keys that were changed of it."""
    changed = ", ".join(modified)
    return f"{preset}{MODIFIED}{changed}" if changed else preset


def load_preset(path: Path = DEFAULT, overrides: Mapping[str, Any] | None = None) -> LoadedPreset:
    """Read and check a preset file, with `overrides` (nested, values as text or as YAML values) laid over it.

    Overrides that repeat the file's own values change nothing and are not reported as modifications, nor are
    `problems` and `baselines`, which choose among the runs. Raises UserError naming file, key, value and what is
    allowed; of a key that `overrides` changed, `--config` before the file.
    """
    path = Path(path)
    content = _read(path)
    changes: dict[tuple[str, ...], Any] = {}
    merged = _overlay(content, overrides or {}, (), changes)
    try:
        settings = preset_model().model_validate(merged)
    except ValidationError as error:
        fault = error.errors()[0]["loc"]
        raise UserError(f"{_said_in(path, changes, fault)}: {_explain(error)}") from None
    _check_names(path, settings, changes)
    _check_data(path, settings, changes)
    changes = {keys: value for keys, value in changes.items() if keys[0] not in NARROWING}
    return LoadedPreset(path.stem, settings, changes)


def _read(path: Path) -> dict[str, Any]:
    if not path.is_file():
        known = sorted(file.stem for file in path.parent.glob("*.yaml"))
        raise UserError(f"preset {path} does not exist{_nearest(path.stem, known)}")
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise UserError(f"{path} is not valid YAML: {' '.join(str(error).split())}") from None
    if not isinstance(content, dict):
        raise UserError(f"{path}: a preset is a mapping of keys to values, not {type(content).__name__}")
    return content


def _overlay(base: Any, over: Any, keys: tuple[str, ...], changes: dict[tuple[str, ...], Any]) -> Any:
    if isinstance(over, Mapping) and isinstance(base, Mapping):
        result = dict(base)
        for name, value in over.items():
            if keys[-1:] == ("variants",) and name not in base and _typed(value) is None:
                raise UserError(f"--config: {'.'.join(keys)} has no {name!r} to leave out{_nearest(name, list(base))}")
            result[name] = _overlay(base.get(name), value, (*keys, str(name)), changes)
        return result
    value = _typed(over)
    if value != base:
        changes[keys] = value
    return value


def _typed(value: Any) -> Any:
    """Undo the command line's habit of handing everything over as text."""
    if isinstance(value, str):
        try:
            return yaml.safe_load(value)
        except yaml.YAMLError:
            return value
    if isinstance(value, Mapping):
        return {key: _typed(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_typed(inner) for inner in value]
    return value


def _said_in(path: Path, changes: Iterable[tuple[str, ...]], *keys: Sequence[str | int]) -> str:
    """Say where the settings at `keys`, or below, come from: the command line if it changed one of them."""
    together = (zip(map(str, key), changed, strict=False) for key in keys for changed in changes)
    return f"--config, over {path}" if any(all(a == b for a, b in pairs) for pairs in together) else str(path)


def _explain(error: ValidationError) -> str:
    """Turn the first fault into one line; further ones are counted."""
    faults = error.errors()
    fault = faults[0]
    location = [str(part) for part in fault["loc"]]
    key = ".".join(location)
    if fault["type"] == "extra_forbidden":
        message = f"unknown key {key}{_nearest(location[-1], list(_siblings(location)))}"
    elif fault["type"] == "missing":
        message = f"key {key} is missing"
    else:
        # several keys together are at fault if the value is a whole block, and the message names them
        value = "" if isinstance(fault["input"], Mapping) and fault["input"] else f" = {fault['input']!r}"
        message = f"{key}{value}: {fault['msg'][0].lower()}{fault['msg'][1:]}".replace("value error, ", "")
    more = len(faults) - 1
    return " ".join(message.split()) + (f" (and {more} more)" if more else "")


def _siblings(location: list[str]) -> Iterator[str]:
    """Yield the keys that are allowed where an unknown one was found."""
    node: dict[str, Any] = preset_model().model_json_schema()
    root = node
    for part in location[:-1]:
        node = _resolve(_property(node, part, root), root)
    yield from node.get("properties", {})


def _property(node: dict[str, Any], name: str, root: dict[str, Any]) -> dict[str, Any]:
    node = _resolve(node, root)
    return node.get("properties", {}).get(name) or node.get("additionalProperties") or node.get("items") or {}


def _resolve(node: Any, root: dict[str, Any]) -> dict[str, Any]:
    if not isinstance(node, dict):
        return {}
    for option in node.get("anyOf", ()):
        if "$ref" in option:
            node = option
    while "$ref" in node:
        node = root["$defs"][node["$ref"].rsplit("/", 1)[1]]
    return node


def _check_data(path: Path, settings: PresetBase, changes: Iterable[tuple[str, ...]]) -> None:
    """Raise UserError where a paper's block cannot work with the data of the preset."""
    for paper, block in paper_blocks(settings).items():
        if hasattr(block, "misfits"):
            if settings.data is None:
                where = _said_in(path, changes, ["data"])
                raise UserError(f"{where}: data is missing, which {paper} runs on: its source and datasets of The Well")
            for misfit in block.misfits(settings.data):
                raise UserError(f"{_said_in(path, changes, [paper], ['data'])}: {misfit}")


def _check_names(path: Path, settings: PresetBase, changes: Iterable[tuple[str, ...]]) -> None:
    for paper, block in paper_blocks(settings).items():
        if not targets_of(block, settings):
            known = ", ".join(f"{name} ({target.device})" for name, target in settings.hardware.items())
            wanted = getattr(block, "targets", None) or block.DEVICES
            where = _said_in(path, changes, [paper], ["hardware"])
            raise UserError(f"{where}: {paper} runs on {', '.join(wanted)}, of which hardware has none: {known}")
    available = sorted({problem for block in paper_blocks(settings).values() for problem in block.problem_names()})
    for problem in settings.problems or ():
        if problem not in available:
            hint = _nearest(problem, available)
            where = _said_in(path, changes, ["problems"])
            raise UserError(f"{where}: problems = {problem!r} is not a problem of this preset{hint}")
    found = baselines()
    for name in settings.baselines or ():
        if name not in found:
            hint = _nearest(name, sorted(found))
            where = _said_in(path, changes, ["baselines"])
            raise UserError(f"{where}: baselines = {name!r} is no file of {layout.BASELINES}{hint}")
    for name in found if settings.baselines is None else settings.baselines:
        check_rule_file(found[name])


def paper_blocks(settings: PresetBase) -> dict[str, Any]:
    """Return the papers' blocks that a preset holds, by slug."""
    return {
        name: block
        for name in type(settings).model_fields
        if name not in PresetBase.model_fields and (block := getattr(settings, name)) is not None
    }


def targets_of(block: Any, settings: PresetBase) -> tuple[str, ...]:
    """Return the targets that a paper runs on: all, unless its block names `targets` or its methods few `DEVICES`."""
    targets, devices = getattr(block, "targets", None), getattr(block, "DEVICES", None)
    return tuple(
        name
        for name, target in settings.hardware.items()
        if (targets is None or name in targets) and (devices is None or target.device in devices)
    )


def _nearest(word: str, allowed: list[str]) -> str:
    close = difflib.get_close_matches(word, allowed, n=1, cutoff=0.5)
    hint = f"; did you mean {close[0]}?" if close else ";"
    return f"{hint} allowed: {', '.join(allowed)}" if allowed else ""
