"""Listens to Locust: every answer is recorded; at the end come the results and the exit code."""

import os
import sys
from pathlib import Path
from typing import Any

from locust import events
from locust.env import Environment

from loadtest.names import Page
from loadtest.results import Recorder
from loadtest.thresholds import judge

RECORDER = Recorder()
SHAPE = os.environ.get("LOADTEST_SHAPE", "steady")


@events.request.add_listener
def _answered(name: str, response_time: float, exception: object = None, **_more: Any) -> None:
    error = None if exception is None else str(exception) or repr(exception)
    RECORDER.answered(name, response_time, error)


@events.user_error.add_listener
def _stumbled(exception: BaseException, **_more: Any) -> None:
    RECORDER.mishap(f"{type(exception).__name__}: {exception}")


@events.quitting.add_listener
def _finish(environment: Environment, **_more: Any) -> None:
    asked = tuple(page.value for page in Page)
    results = RECORDER.results(shape=SHAPE, host=environment.host or "", asked=asked)
    if path := os.environ.get("LOADTEST_RESULTS"):
        results.write(Path(path))
    reasons = judge(results)
    for reason in reasons:
        sys.stderr.write(f"{reason}\n")
    environment.process_exit_code = 1 if reasons else 0
