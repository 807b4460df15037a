"""What stands before and around the web server: its port, and one left behind."""

import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator

import psutil
import pytest

from devtools.console import Problem
from devtools.house import House
from devtools.server import HOST, remember, require_port, stop_left_over


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as holder:
        holder.bind((HOST, 0))
        holder.listen()
        port: int = holder.getsockname()[1]
        yield port


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        yield process
        process.kill()


class TestRequirePort:
    def test_says_who_holds_it_and_how_to_choose_another(self, taken: int) -> None:
        with pytest.raises(Problem) as problem:
            require_port(taken)

        said = str(problem.value)
        assert f"port {taken} is taken by " in said
        assert f"(process {os.getpid()})" in said
        assert "./dev up --port " in said

    def test_is_content_with_a_free_one(self, taken: int) -> None:
        with socket.socket() as probe:
            probe.bind((HOST, 0))
            free: int = probe.getsockname()[1]

        require_port(free)


class TestStopLeftOver:
    def test_ends_the_server_of_a_killed_dev(
        self, house: House, sleeper: subprocess.Popen[bytes]
    ) -> None:
        remember(house.server_record, sleeper.pid, 8000)

        stop_left_over(house.server_record)

        assert not psutil.pid_exists(sleeper.pid)
        assert not house.server_record.exists()

    def test_leaves_a_program_that_only_has_the_same_number(
        self, house: House, sleeper: subprocess.Popen[bytes]
    ) -> None:
        started_earlier = psutil.Process(sleeper.pid).create_time() - 1000
        record = {"pid": sleeper.pid, "started": started_earlier, "port": 8000}
        house.server_record.write_text(json.dumps(record))

        stop_left_over(house.server_record)

        assert sleeper.poll() is None

    def test_does_nothing_when_nothing_is_left(self, house: House) -> None:
        stop_left_over(house.server_record)
