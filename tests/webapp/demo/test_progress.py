from typing import Any

import pytest

from demo import progress
from demo.progress import Progress, duration


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(progress, "time", clock)
    return clock


class TestProgress:
    def test_says_rate_and_time_left_now_and_then(self, clock: Clock) -> None:
        lines: list[Any] = []
        run = Progress("parts", 1000, lines.append)

        for _tick in range(5):
            clock.now += 1
            run.add(100)

        assert lines == [
            "  parts: 200 of 1,000 (20%), 100 a second, 8 s left",
            "  parts: 400 of 1,000 (40%), 100 a second, 6 s left",
        ]

    def test_says_at_the_end_how_long_it_took(self, clock: Clock) -> None:
        lines: list[Any] = []
        run = Progress("parts", 3, lines.append)

        items = list(run.each(["a", "b", "c"]))
        clock.now += 4
        run.finish()

        assert items == ["a", "b", "c"]
        assert lines == ["  parts: 3 in 4.0 s"]


@pytest.mark.parametrize(("seconds", "said"), [(0.2, "0 s"), (59, "59 s"), (75, "1 min 15 s")])
def test_a_duration_reads_in_minutes_and_seconds(seconds: float, said: str) -> None:
    assert duration(seconds) == said
