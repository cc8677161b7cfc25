"""The project that a flavor is: its pyproject.toml and its files."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ._error import BuildError


@dataclass(frozen=True)
class Project:
    """What the build needs to know."""

    folder: Path
    """Where pyproject.toml is."""
    name: str
    """The flavor's name, which the component gets too."""
    version: str
    """The flavor's version."""
    description: str
    """What the flavor does; may be empty."""
    module: str
    """The module that has the hook."""
    world: str | None
    """The world in the folder ``wit``, where there are several."""
    schema: str | None
    """The JSON Schema of the settings, from settings.schema.json."""

    @property
    def wit(self) -> Path:
        """The folder with the world and the contract."""
        return self.folder / "wit"


def read(folder: Path) -> Project:
    """Reads the project in a folder."""
    manifest = folder / "pyproject.toml"
    try:
        document = tomllib.loads(manifest.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BuildError(f"{manifest} not found", "build in the folder of the flavor's project, or name it with --project") from None
    except ValueError as error:
        raise BuildError(f"{manifest}: {error}") from None
    project = document.get("project", {})
    tool = document.get("tool", {}).get("pushgate-flavor", {})
    if unknown := sorted(set(tool) - {"module", "world"}):
        raise BuildError(f"{manifest}: unknown key `tool.pushgate-flavor.{unknown[0]}`", "there are `module` and `world`")
    read = Project(
        folder=folder,
        name=_text(manifest, project, "name"),
        version=_text(manifest, project, "version"),
        description=_text(manifest, project, "description", default=""),
        module=_text(manifest, tool, "module", default="flavor"),
        world=tool.get("world"),
        schema=_schema(folder / "settings.schema.json"),
    )
    if not read.wit.is_dir():
        raise BuildError(f"{read.wit} not found", "`pushgate wit` prints the contract, which belongs into wit/deps/pushgate-flavor/flavor.wit")
    if not (folder / f"{read.module}.py").is_file() and not (folder / read.module / "__init__.py").is_file():
        raise BuildError(f"{folder / read.module}.py not found", "it holds the hook; `module` in [tool.pushgate-flavor] names another module")
    return read


def _text(manifest: Path, table: dict[str, Any], key: str, default: str | None = None) -> str:
    value = table.get(key, default)
    if not isinstance(value, str):
        raise BuildError(f"{manifest}: `{key}` is {'missing' if value is None else 'not a text'}")
    return value


def _schema(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.exists() else None
