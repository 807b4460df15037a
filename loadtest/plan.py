"""How many users there are at which time of a run."""

from dataclasses import dataclass

RAMP_A_SECOND = 2.0  # as people come at the beginning of a shift
SMOKE_A_SECOND = 5.0


@dataclass(frozen=True, kw_only=True)
class Plan:
    """So many users come, so many a second, and stay for so long."""

    users: int
    a_second: float
    stay: float

    @property
    def ramp(self) -> float:
        return self.users / self.a_second

    def users_at(self, seconds: float) -> int | None:
        """The number wanted; none: it is over."""
        return self.users if seconds < self.ramp + self.stay else None


@dataclass(frozen=True, kw_only=True)
class StepUp:
    """More and more, a step at a time, until it breaks or `users` are there."""

    users: int
    step: int
    step_seconds: float
    a_second: float = RAMP_A_SECOND

    def level_at(self, seconds: float) -> int:
        return int(seconds // self.step_seconds)

    def users_at(self, seconds: float) -> int | None:
        wanted = (self.level_at(seconds) + 1) * self.step
        return wanted if wanted <= self.users else None


# The name of each shape, and minutes if none are given.
MINUTES = {"smoke": 0.5, "steady": 2.0, "step-up": 1.0, "soak": 60.0}


def plan_for(shape: str, *, users: int, minutes: float, step: int = 25) -> Plan | StepUp:
    """The minutes are those after the ramp; of a step-up, those of each step."""
    if shape == "step-up":
        return StepUp(users=users, step=step, step_seconds=minutes * 60)
    pace = SMOKE_A_SECOND if shape == "smoke" else RAMP_A_SECOND
    return Plan(users=users, a_second=pace, stay=minutes * 60)
