"""The script of the NAT instance, run for real between network namespaces."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.infra.nat_stage import LASTING, OUTSIDE, OWN, PRIVATE, Stage, missing_programs, stage

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        os.geteuid() != 0,
        reason="NOT RUN: the NAT instance's script was not tried, network namespaces need root",
    ),
]


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Stage]:
    assert not missing_programs(), "apt-get install nftables iproute2 (./dev test does, as root)"
    # An interface's name has 15 characters at most, and workers run side by side.
    with stage(tmp_path, f"n{os.getpid() % 100_000}") as made:
        yield made


class TestAMachineThatReachesTheInternet:
    def test_lets_private_hosts_out_under_its_own_address(self, machine: Stage) -> None:
        with machine.listening("outside"):
            started = machine.start_machine()

            assert started.returncode == 0, started.stdout + started.stderr
            assert machine.reach("private", OUTSIDE) == OWN

    def test_takes_over_interface_and_address_and_then_reports_itself_ready(
        self, machine: Stage
    ) -> None:
        with machine.listening("outside"):
            machine.start_machine()

        asked = [" ".join(call.split()[:3]) for call in machine.calls]
        assert asked == [
            "swapon /opt/nat/swap",
            "dnf install --quiet",
            "aws ec2 describe-network-interfaces",
            "aws ec2 detach-network-interface",
            "aws ec2 wait",
            "aws ec2 attach-network-interface",
            "aws ec2 associate-address",
            "swapon /opt/nat/swap",
            "systemctl daemon-reload",
            "systemctl enable --now",
            "aws autoscaling complete-lifecycle-action",
        ]
        assert machine.calls[-1].endswith("--lifecycle-action-result CONTINUE")
        assert "--network-interface-id eni-own" in machine.calls[6]

    def test_lets_nothing_in_unasked_and_mends_itself_when_its_rules_are_gone(
        self, machine: Stage
    ) -> None:
        with machine.listening("outside"):
            machine.start_machine()
        # Somebody outside who has found a way to address private hosts through the machine.
        for command in (
            ("nft", "delete", "table", "ip", "check"),
            ("ip", "rule", "add", "iif", "v-outside", "lookup", "200"),
            ("ip", "route", "add", "10.0.128.0/18", "via", OWN, "dev", "v-own", "onlink",
             "table", "200"),
        ):  # fmt: skip
            assert machine.run("vpc", *command).returncode == 0

        with machine.listening("private"):
            assert machine.is_kept_from("outside", PRIVATE)

            machine.machine("nft", "delete", "table", "ip", "nat_instance")
            assert machine.reach("outside", PRIVATE) is not None  # so it was the rules

            assert machine.machine("/opt/nat/watch").returncode == 0
            assert machine.is_kept_from("outside", PRIVATE)

    def test_answers_nobody_itself(self, machine: Stage) -> None:
        with machine.listening("outside"):
            machine.start_machine()

        with machine.listening("nat"):
            assert machine.is_kept_from("outside", OWN)
            assert machine.is_kept_from("private", LASTING)

    def test_measures_once_a_minute(self, machine: Stage) -> None:
        with machine.listening("outside"):
            machine.start_machine()
            machine.machine("/opt/nat/watch")
        machine.machine("/opt/nat/watch")

        with_egress, without = [call for call in machine.calls if "put-metric-data" in call]
        assert "MetricName=Egress,Value=1,Dimensions=[{Name=Group,Value=drone-stg-asg-nat-1a}]" in (
            with_egress
        )
        assert re.search(r"MetricName=ConntrackPercent,Unit=Percent,Value=\d+,", with_egress)
        assert "MetricName=Egress,Value=0," in without
        timer = machine.machine("cat", "/etc/systemd/system/nat-watch.timer").stdout
        assert "OnUnitActiveSec=60" in timer


class TestAMachineThatDoesNotReachTheInternet:
    def test_gives_up_before_it_takes_anything_from_the_one_before(self, machine: Stage) -> None:
        started = machine.start_machine()

        assert started.returncode == 1
        assert machine.calls[-1].endswith("--lifecycle-action-result ABANDON")
        assert not any("attach-network-interface" in call for call in machine.calls)
        assert machine.is_kept_from("private", OUTSIDE)
