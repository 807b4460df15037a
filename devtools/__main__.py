"""`./dev` after .venv is ready."""

import sys

print("./dev: the subcommands come next", file=sys.stderr)
