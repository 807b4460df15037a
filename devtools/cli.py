"""The shape of a subcommand's module: `add_to(commands)` and `run(house, arguments)`."""

import argparse

type Commands = argparse._SubParsersAction[argparse.ArgumentParser]  # noqa: SLF001


def add_passing_on(commands: Commands, name: str, summary: str) -> argparse.ArgumentParser:
    """A subcommand that hands its words, options too, to another program as `arguments.words`."""
    command = commands.add_parser(name, help=summary, add_help=False, prefix_chars="\0")
    command.add_argument("words", nargs=argparse.REMAINDER)
    return command


def own_options(name: str, description: str) -> argparse.ArgumentParser:
    """Reads, by `parse_known_args`, the few options that such a subcommand keeps for itself."""
    return argparse.ArgumentParser(
        prog=f"./dev {name}", description=description, allow_abbrev=False, usage=argparse.SUPPRESS
    )
