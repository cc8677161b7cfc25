"""The command ``pushgate-flavor``, also ``python -m pushgate_flavor``."""

import argparse
import sys
from pathlib import Path

from ._build import BuildError, build


def main() -> int:
    """Runs the command; gives its exit code."""
    parser = argparse.ArgumentParser(prog="pushgate-flavor", description="Makes the component of a flavor written in Python.")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    building = commands.add_parser("build", help="make build/NAME.wasm of the project in the current folder")
    building.add_argument("--debug", action="store_true", help="make build/NAME.debug.wasm: with WASI, so that Python itself can say why it ended")
    building.add_argument("--project", type=Path, default=Path(), metavar="DIR", help="the folder of the project")
    arguments = parser.parse_args()
    try:
        component = build(arguments.project, debug=arguments.debug)
    except BuildError as error:
        print(f"error: {error}", file=sys.stderr)
        if error.hint:
            print(f"hint: {error.hint}", file=sys.stderr)
        return 1
    print(f"{component} ({component.stat().st_size / 1e6:.1f} MB)")
    return 0


if __name__ == "__main__":
    sys.exit(main())
