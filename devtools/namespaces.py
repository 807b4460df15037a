"""What the test of the NAT instance's script needs: root, and nftables to filter packets with."""

import os
import shutil

from devtools.browser import apt
from devtools.console import Problem, progress, step

PROGRAMS = {"nft": "nftables", "ip": "iproute2"}


def prepare_namespaces() -> None:
    """Install what is missing, or say loudly that the script will not be tried."""
    if os.geteuid() != 0:
        progress(
            "· the NAT instance's script is NOT tried: network namespaces need root "
            "(continuous integration has it)"
        )
        return
    missing = sorted({package for name, package in PROGRAMS.items() if not shutil.which(name)})
    if not missing:
        return
    if not shutil.which("apt-get"):
        raise Problem(
            f"the NAT instance's script is tried with {' and '.join(PROGRAMS)}, which are missing.",
            f"install the packages that hold them; Debian calls them {' and '.join(missing)}",
            "leave slow tests out this time: ./dev test --fast",
        )
    with step(f"installing {' and '.join(missing)} by apt-get (once)"):
        apt("update")
        apt("install", "--yes", "--no-install-recommends", *missing)
