"""`./dev`, once .venv is ready: reads the command line and runs one subcommand."""

import argparse
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from devtools.commands import bench, check, loadtest, lock, manage, psql, reset, test, up
from devtools.console import Problem, complain, say
from devtools.house import House

COMMANDS = (up, test, check, loadtest, bench, manage, reset, psql, lock)


class Terminated(KeyboardInterrupt):
    """SIGTERM or SIGHUP: put things away as on Ctrl-C."""


def main(words: list[str] | None = None, house: House | None = None) -> int:
    arguments = parser().parse_args(words)
    house = house or House(Path(__file__).resolve().parent.parent)
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, terminate)
    # Programs started from here find the repository by themselves, not by `dev`'s PYTHONPATH.
    os.environ.pop("PYTHONPATH", None)
    try:
        house.prepare()
        code: int = arguments.run(house, arguments)
    except Problem as problem:
        complain(problem)
        return 1
    except Terminated:
        return 143
    except KeyboardInterrupt:
        say("\nstopped")
        return 130
    return code


def parser() -> argparse.ArgumentParser:
    top = argparse.ArgumentParser(
        prog="./dev",
        description="Everything a developer of drone-inventory does, by one command.",
        epilog="Each command explains itself: ./dev up --help",
    )
    commands = top.add_subparsers(metavar="command", required=True)
    for module in COMMANDS:
        module.add_to(commands)
    return top


def terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


if __name__ == "__main__":
    sys.exit(main())
