"""What componentize-py is asked for."""

import importlib.util
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from .. import _lacks
from . import _project, _sections
from ._error import BuildError

_APP = "pushgate_flavor_app"
_PACKAGE = Path(__file__).parent.parent


def build(folder: Path, *, debug: bool = False) -> Path:
    """Makes ``build/NAME.wasm`` of the project in a folder, or ``build/NAME.debug.wasm``; gives its path."""
    project = _project.read(folder)
    if importlib.util.find_spec("componentize_py") is None:
        raise BuildError("componentize-py not found, which makes components of Python", "pip install componentize-py==0.25.1 in the environment of this Python")
    component = folder / "build" / f"{project.name}{'.debug' if debug else ''}.wasm"
    with tempfile.TemporaryDirectory(prefix="pushgate-flavor-") as name:
        work = Path(name)
        _check_world(project, work)
        (work / "app").mkdir()
        (work / "app" / f"{_APP}.py").write_text(_app(project), encoding="utf-8")
        made = work / "component.wasm"
        paths = [argument for path in (work / "app", folder, _PACKAGE.parent) for argument in ("-p", str(path.resolve()))]
        _componentize(project, "componentize", *([] if debug else ["--stub-wasi"]), _APP, *paths, "-o", str(made))
        binary = made.read_bytes()
    if not debug:
        binary = _sections.without_debug_names(binary)
    binary = _sections.describe(binary, project.name, project.version, project.description)
    component.parent.mkdir(exist_ok=True)
    # Beside its place, so that the old component or the new one is there, and never a half.
    partial = component.with_suffix(".partial")
    partial.write_bytes(binary)
    partial.replace(component)
    return component


def _app(project: _project.Project) -> str:
    """The module that has the exports. It is imported while the component is built, and with it all that the flavor imports."""
    settings = f"\nclass Settings:\n    def schema(self) -> str:\n        return {project.schema!r}\n" if project.schema is not None else ""
    return f"""import sys
sys.dont_write_bytecode = True
from pushgate_flavor import _confinement, _lazy
_confinement.replace()
_lazy.install({project.module!r})
import {project.module} as flavor
from pushgate_flavor import _component
_component.hook_of(flavor)

class PrepareImagePush(_component.PrepareImagePush):
    flavor = flavor
{settings}"""


def _check_world(project: _project.Project, work: Path) -> None:
    """Whether the world and the files agree. The bindings say it, which are made in a moment."""
    bindings = work / "bindings"
    _componentize(project, "bindings", str(bindings))
    exports = (bindings / "wit_world" / "exports" / "__init__.py").read_text(encoding="utf-8")
    if "class PrepareImagePush(" not in exports:
        raise BuildError(f"the world in {project.wit} exports no hook", "`include pushgate:flavor/flavor@0.1.2;` in it")
    exported = "class Settings(" in exports
    if exported and project.schema is None:
        raise BuildError(
            f"the world in {project.wit} exports `settings`, and there is no settings.schema.json",
            "write one, or `include pushgate:flavor/flavor@0.1.2;` instead of `configurable-flavor`",
        )
    if not exported and project.schema is not None:
        raise BuildError(
            f"settings.schema.json is there, and the world in {project.wit} does not export `settings`",
            "`include pushgate:flavor/configurable-flavor@0.1.2;` in it",
        )


def _componentize(project: _project.Project, *arguments: str) -> None:
    """Runs componentize-py as a process of its own: it ends the one it runs in, and writes where it likes."""
    command = [sys.executable, "-B", "-c", "import sys, componentize_py; sys.exit(componentize_py.script())", "--quiet", "--wit-path", str(project.wit)]
    world = ["--world", project.world] if project.world else []
    # It takes the site-packages of the environment that runs, and of no other.
    environment = {**os.environ, "VIRTUAL_ENV": sys.prefix, "RUST_BACKTRACE": "0"}
    ran = subprocess.run([*command, *world, *arguments], env=environment, capture_output=True, text=True, errors="replace")
    if ran.returncode != 0:
        reason = _reason(project, ran.stderr)
        # Where Python has no module for TLS, the standard library says so in its own ways.
        raise BuildError(reason, _lacks.NETWORK if re.search("_ssl|HTTPSConnection", reason) else "")


def _reason(project: _project.Project, said: str) -> str:
    """What componentize-py says, without the lines about itself: with the traceback of the author's module, if that could not be imported."""
    _, _, reason = said.rpartition("AssertionError: ")
    reason = re.split(r"\n+(?:Caused by:|Stack backtrace:)", reason or said)[0].strip()
    # The folder of the project is the second of the paths that it was given.
    reason = reason.replace('"/1/', f'"{project.folder.resolve()}/')
    # Frames of the SDK, which the author did not write; and what is not the traceback of anything then.
    reason = re.sub(rf'  File "/\d/(?:{_APP}\.py|pushgate_flavor/).*\n(?:    .*\n)*', "", reason)
    reason = reason.removeprefix("Traceback (most recent call last):\n") if '  File "' not in reason else reason
    return f"the component could not be made:\n{reason}"
