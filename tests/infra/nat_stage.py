"""A small VPC of network namespaces, with the NAT script run in it as on a machine of AWS.

    private ── vpc ══ nat        vpc is AWS's router: what a private subnet sends to the internet
                │                it hands to the lasting interface, and it lets nothing pass by the
             outside             machine's own interface that does not carry its own address.

Only AWS's programming interfaces, the package manager, swap and systemd are played; addresses,
routes, nftables and every packet are real.
"""

import contextlib
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from infra.nat_script import nat_script, with_values

PRIVATE, OUTSIDE = "10.0.128.10", "203.0.113.10"
OWN, LASTING = "10.0.0.20", "10.0.0.30"
LASTING_MAC = "06:00:00:00:00:30"
PORT = 4430
VALUES = {
    "REGION": "ap-northeast-1",
    "GROUP": "drone-stg-asg-nat-1a",
    "HOOK": "configured",
    "INTERFACE_ID": "eni-lasting",
    "INTERFACE_MAC": LASTING_MAC,
    "ALLOCATION_ID": "eipalloc-lasting",
    "PRIVATE_CIDRS": "10.0.128.0/18 10.0.192.0/18",
    "NAMESPACE": "Nat",
}
SETUP = f"""
ip link add v-private netns {{vpc}} type veth peer name eth0 netns {{private}}
ip link add v-outside netns {{vpc}} type veth peer name eth0 netns {{outside}}
ip link add v-own netns {{vpc}} type veth peer name ens5 netns {{nat}}
ip link add v-lasting netns {{vpc}} type veth peer name spare netns {{nat}}
ip -n {{private}} addr add {PRIVATE}/18 dev eth0
ip -n {{private}} link set eth0 up
ip -n {{private}} route add default via 10.0.128.1
ip -n {{outside}} addr add {OUTSIDE}/24 dev eth0
ip -n {{outside}} link set eth0 up
ip -n {{outside}} route add 10.0.0.0/16 via 203.0.113.1
ip -n {{nat}} link set lo up
ip -n {{nat}} addr add {OWN}/18 dev ens5
ip -n {{nat}} link set ens5 up
ip -n {{nat}} route add default via 10.0.0.1
ip -n {{vpc}} link set v-private up
ip -n {{vpc}} link set v-outside up
ip -n {{vpc}} link set v-own up
ip -n {{vpc}} link set v-lasting up
ip -n {{vpc}} addr add 10.0.128.1/18 dev v-private
ip -n {{vpc}} addr add 203.0.113.1/24 dev v-outside
ip -n {{vpc}} addr add 10.0.0.1/32 dev v-own
ip -n {{vpc}} addr add 10.0.0.1/32 dev v-lasting
ip -n {{vpc}} route add {OWN} dev v-own
ip -n {{vpc}} route add {LASTING} dev v-lasting
ip -n {{vpc}} rule add iif v-private lookup 100
ip -n {{vpc}} route add default via {LASTING} dev v-lasting onlink table 100
ip netns exec {{vpc}} sysctl -q -w net.ipv4.ip_forward=1
ip netns exec {{vpc}} sysctl -q -w net.ipv4.conf.all.rp_filter=0
ip netns exec {{vpc}} sysctl -q -w net.ipv4.conf.default.rp_filter=0
ip netns exec {{vpc}} sysctl -q -w net.ipv4.conf.v-own.rp_filter=0
ip netns exec {{vpc}} sysctl -q -w net.ipv4.conf.v-lasting.rp_filter=0
ip netns exec {{vpc}} nft -f {{check}}
"""
# AWS's check of source and destination, which is on for the machine's own interface.
SOURCE_DESTINATION_CHECK = f"""
table ip check {{
  chain forward {{
    type filter hook forward priority filter;
    iifname "v-own" ip saddr != {OWN} counter drop
    oifname "v-own" ip daddr != {OWN} counter drop
  }}
}}
"""
PLAYED = {
    "aws": f"""#!/bin/bash
echo "aws $*" >>"$STAGE/calls"
case "$1 $2" in
  "ec2 describe-network-interfaces") echo eni-attach-before ;;
  "ec2 attach-network-interface")
    ip link set spare address {LASTING_MAC} name ens6
    ip addr add {LASTING}/18 dev ens6
    ip link set ens6 up ;;
esac
""",
    "curl": f"""#!/bin/bash
case "$*" in
  */api/token) echo token ;;
  */instance-id) echo i-new ;;
  */interface-id) echo eni-own ;;
  *sts.*) timeout 1 bash -c '</dev/tcp/{OUTSIDE}/{PORT}' 2>/dev/null ;;
  *) exit 22 ;;
esac
""",
    "dnf": '#!/bin/bash\necho "dnf $*" >>"$STAGE/calls"\n',
    "fallocate": '#!/bin/bash\ntouch "${!#}"\n',
    "mkswap": "#!/bin/bash\n",
    "swapon": '#!/bin/bash\necho "swapon $*" >>"$STAGE/calls"\n',
    "systemctl": '#!/bin/bash\necho "systemctl $*" >>"$STAGE/calls"\n',
}
SERVER = """
import socket, sys
with socket.create_server(("0.0.0.0", int(sys.argv[1]))) as server:
    print("ready", flush=True)
    while True:
        visitor, address = server.accept()
        with visitor:
            visitor.sendall(address[0].encode())
"""
CLIENT = """
import socket, sys
with socket.create_connection((sys.argv[1], int(sys.argv[2])), float(sys.argv[3])) as connection:
    print(connection.recv(100).decode())
"""


@dataclass
class Stage:
    """The namespaces, and what can be done in them."""

    folder: Path
    tag: str
    keeper: int  # the process whose mounts hide the machine's own /opt and systemd units

    def space(self, name: str) -> str:
        return f"{self.tag}-{name}"

    def run(self, space: str, *command: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            ["ip", "netns", "exec", self.space(space), *command],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def machine(self, *command: str) -> "subprocess.CompletedProcess[str]":
        """Run something on the NAT machine, among the players of AWS."""
        path = f"{self.folder / 'played'}:/usr/sbin:/usr/bin:/sbin:/bin"
        return subprocess.run(
            ["nsenter", "-t", str(self.keeper), "--mount", "--net", *command],
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            env={"PATH": path, "STAGE": str(self.folder)},
        )

    def start_machine(self) -> "subprocess.CompletedProcess[str]":
        """What cloud-init does with the user data."""
        script = self.folder / "user-data"
        script.write_text(with_values(nat_script(), VALUES))
        return self.machine("bash", str(script))

    @property
    def calls(self) -> list[str]:
        """What the machine asked of AWS, its package manager and systemd."""
        file = self.folder / "calls"
        return file.read_text().splitlines() if file.exists() else []

    def reach(self, space: str, address: str, seconds: float = 5) -> str | None:
        """As whom the other side sees who connects; None if the connection fails."""
        done = self.run(
            space, sys.executable, "-IS", "-c", CLIENT, address, str(PORT), str(seconds)
        )
        return done.stdout.strip() if done.returncode == 0 else None

    def is_kept_from(self, space: str, address: str) -> bool:
        """Where packets are dropped: whoever gets through does so at once."""
        return self.reach(space, address, seconds=0.8) is None

    @contextlib.contextmanager
    def listening(self, space: str) -> Iterator[None]:
        command = ["ip", "netns", "exec", self.space(space), sys.executable, "-c", SERVER]
        with subprocess.Popen([*command, str(PORT)], stdout=subprocess.PIPE, text=True) as server:
            assert server.stdout is not None
            assert server.stdout.readline() == "ready\n"
            try:
                yield
            finally:
                server.terminate()


@contextlib.contextmanager
def stage(folder: Path, tag: str) -> Iterator[Stage]:
    spaces = {name: f"{tag}-{name}" for name in ("private", "vpc", "nat", "outside")}
    played = folder / "played"
    played.mkdir()
    for name, text in PLAYED.items():
        (played / name).write_text(text)
        (played / name).chmod(0o755)
    check = folder / "check.nft"
    check.write_text(SOURCE_DESTINATION_CHECK)
    with contextlib.ExitStack() as cleanup:
        for space in spaces.values():
            do("ip", "netns", "add", space)
            cleanup.callback(do, "ip", "netns", "delete", space)
        for line in SETUP.format(**spaces, check=check).strip().splitlines():
            do(*line.split())
        keeper = cleanup.enter_context(hidden_folders(spaces["nat"]))
        yield Stage(folder, tag, keeper)


@contextlib.contextmanager
def hidden_folders(space: str) -> Iterator[int]:
    """A process for which the folders that the script writes to are empty ones in memory."""
    mounts = "mount -t tmpfs t /opt && mount -t tmpfs t /etc/systemd/system"
    command = ["ip", "netns", "exec", space, "unshare", "--mount", "--propagation", "private"]
    command += ["sh", "-c", f"{mounts} && echo ready && exec sleep 600"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as keeper:
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == "ready\n"
        try:
            yield keeper.pid
        finally:
            keeper.terminate()


def do(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"


def missing_programs(programs: Sequence[str] = ("ip", "nft", "nsenter", "unshare")) -> list[str]:
    return [name for name in programs if shutil.which(name) is None]
