"""What a run of the load test cost is told from the processors' own counters."""

import subprocess
import sys

import psutil
import pytest

from devtools.load_cost import Cost, of_tree

# Ends after a second child of its own has worked for 0.2 s and then waits to be asked.
WORK = """
import subprocess, sys, time
busy = "import time; [None for _ in iter(lambda: time.process_time() > 0.2, True)]"
subprocess.run([sys.executable, "-c", busy], check=True)
print("done", flush=True)
sys.stdin.read()
"""


def test_work_of_processes_that_ended_counts() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WORK], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "done\n"

        spent = of_tree(psutil.Process(process.pid))

        process.communicate("")
    assert spent >= 0.19


def test_is_told_by_request() -> None:
    cost = Cost(application=60, database=15, users=5, seconds=80)

    said = cost.said(5000)

    assert cost.cores == pytest.approx(1.0)
    assert "12.0 ms in the application, 3.0 ms in PostgreSQL, 1.0 ms in Locust; 1.00 of" in said


def test_says_so_if_nothing_was_asked() -> None:
    assert "nothing" in Cost(application=1, database=1, users=1, seconds=1).said(0)
