"""Locust's shapes: how many users work at which time."""

import os
import sys
from typing import ClassVar

from locust import LoadTestShape

from loadtest.plan import MINUTES, Plan, StepUp, plan_for
from loadtest.recording import RECORDER, SHAPE
from loadtest.thresholds import breaks


def _planned(shape: str) -> Plan | StepUp:
    return plan_for(
        shape,
        users=int(os.environ.get("LOADTEST_USERS", "100")),
        minutes=float(os.environ.get("LOADTEST_MINUTES", MINUTES[shape])),
        step=int(os.environ.get("LOADTEST_STEP", "25")),
    )


class PlannedShape(LoadTestShape):
    """Follows a plan, and tells the recorder how long it went on with how many users."""

    abstract: ClassVar[bool] = True
    name: ClassVar[str]

    def __init__(self) -> None:
        super().__init__()
        self.plan = _planned(self.name)
        self.told = 0.0

    def tick(self) -> tuple[int, float] | None:
        now = self.get_run_time()
        RECORDER.lasted(now - self.told)
        self.told = now
        users = self.wanted(now)
        if users is None:
            return None
        RECORDER.at_level(users)
        return users, self.plan.a_second

    def wanted(self, now: float) -> int | None:
        return self.plan.users_at(now)


class Smoke(PlannedShape):
    """A few people for seconds: does everything work?"""

    abstract: ClassVar[bool] = False
    name: ClassVar[str] = "smoke"


class Steady(PlannedShape):
    """The gate: so many people, and then two minutes of work."""

    abstract: ClassVar[bool] = False
    name: ClassVar[str] = "steady"


class Soak(PlannedShape):
    """For hours: does it get slower, does memory or the number of connections grow?"""

    abstract: ClassVar[bool] = False
    name: ClassVar[str] = "soak"


class StepUpShape(PlannedShape):
    """More and more people until a page's p95 is beyond the limit, or something fails."""

    abstract: ClassVar[bool] = False
    name: ClassVar[str] = "step-up"

    def __init__(self) -> None:
        super().__init__()
        self.users = 0

    def wanted(self, now: float) -> int | None:
        users = self.plan.users_at(now)
        if users != self.users and self.users:
            reasons = breaks(RECORDER.level(self.users))
            sys.stderr.write(f"{self.users} users: {', '.join(reasons) or 'within the limits'}\n")
            if reasons:
                return None
        self.users = users or self.users
        return users


SHAPES = {shape.name: shape for shape in (Smoke, Steady, StepUpShape, Soak)}
ChosenShape = SHAPES[SHAPE]
