"""The gate says no for every reason it should, and only then: judged on runs that were recorded."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from loadtest.results import Level, PageFigures, Results
from loadtest.thresholds import (
    PROMISED,
    Limits,
    breaks,
    judge,
    judge_bookings,
    most_users,
)

RECORDED = Path(__file__).parent / "recorded"


# The recorded run was made while the machine was busy with other things, so it has limits of its
# own; all else about it is right.
KEPT = Limits(p99=9000.0)


@pytest.fixture
def recorded() -> Results:
    """Ten people who did everything once, judged as if they had worked for two minutes."""
    return replace(Results.read(RECORDED / "busy.json"), shape="steady")


def with_page(results: Results, name: str, **changes: Any) -> Results:
    pages = tuple(replace(page, **changes) if page.page == name else page for page in results.pages)
    return replace(results, pages=pages)


def page(name: str, **figures: Any) -> PageFigures:
    usual: dict[str, Any] = {
        "requests": 100,
        "per_second": 1,
        "p50": 50,
        "p95": 90,
        "p99": 99,
        "max": 100,
    }
    return PageFigures(page=name, **{**usual, "failures": 0, **figures})


class TestJudge:
    def test_passes_a_run_within_its_limits(self, recorded: Results) -> None:
        assert judge(recorded, KEPT) == []

    def test_promises_two_seconds_and_no_failure(self) -> None:
        assert Limits(p99=2000.0, failures=0) == PROMISED

    def test_fails_the_run_of_a_busy_machine(self, recorded: Results) -> None:
        reasons = judge(recorded)

        assert "sign in: send: p99 is 8,440 ms, above 2,000 ms" in reasons
        assert len(reasons) == sum(page.p99 > 2000 for page in recorded.pages)

    def test_fails_when_one_page_became_slow(self, recorded: Results) -> None:
        """As when somebody puts a delay into one page: its p99 alone keeps the release back."""
        slow = with_page(recorded, "part", p50=9100.0, p95=9400.0, p99=9500.0, max=9600.0)

        assert judge(slow, KEPT) == ["part: p99 is 9,500 ms, above 9,000 ms"]

    def test_fails_a_page_that_is_slow_for_one_of_a_hundred(self, recorded: Results) -> None:
        assert judge(with_page(recorded, "part", p99=9000.1), KEPT) != []

    def test_passes_a_page_at_the_limit(self, recorded: Results) -> None:
        assert judge(with_page(recorded, "part", p99=9000.0, max=20000.0), KEPT) == []

    def test_fails_for_one_failure(self, recorded: Results) -> None:
        requests = next(p.requests for p in recorded.pages if p.page == "dashboard")

        failed = with_page(recorded, "dashboard", failures=1)

        assert judge(failed, KEPT) == [f"dashboard: 1 of {requests:,} requests failed"]

    def test_fails_when_a_user_could_not_go_on(self, recorded: Results) -> None:
        stuck = replace(recorded, mishaps={"LookupError: no row": 3})

        assert judge(stuck, KEPT) == ["3 times a user could not go on: LookupError: no row"]

    def test_fails_when_a_page_was_never_asked_for(self, recorded: Results) -> None:
        left_out = replace(
            recorded, pages=tuple(p for p in recorded.pages if p.page != "issue: record")
        )

        assert judge(left_out, KEPT) == [
            "issue: record: was never asked for; the run was too short, or a step is broken"
        ]

    def test_fails_a_run_in_which_nothing_happened(self, recorded: Results) -> None:
        assert judge(replace(recorded, pages=())) == ["nothing was asked at all"]

    def test_does_not_judge_the_times_of_a_smoke_test(self, recorded: Results) -> None:
        smoke = replace(recorded, shape="smoke")

        assert judge(smoke) == []
        assert judge(with_page(smoke, "part", failures=1)) != []


class TestJudgeBookings:
    def test_passes_what_agrees(self) -> None:
        booked = {"movements: issue": 7, "stocktakes": 0}

        assert judge_bookings({"movements: issue": 7}, booked) == []

    @pytest.mark.parametrize("booked", [6, 8])
    def test_fails_what_was_lost_or_booked_twice(self, booked: int) -> None:
        assert judge_bookings({"movements: issue": 7}, {"movements: issue": booked}) == [
            f"movements: issue: 7 confirmed, {booked} in the database"
        ]

    def test_fails_what_nobody_confirmed(self) -> None:
        assert judge_bookings({}, {"movements: correction": 1}) != []


class TestStepUp:
    @pytest.fixture
    def levels(self) -> list[Level]:
        """p95 of 300, 900 and 2,100 ms at 25, 50 and 75 users, and 500 at 100."""
        return [
            Level(users=users, seconds=60, pages=(page("part", p95=p95), page("dashboard")))
            for users, p95 in ((25, 300), (50, 900), (75, 2100), (100, 500))
        ]

    def test_gives_the_most_users_up_to_which_nothing_broke(self, levels: list[Level]) -> None:
        assert most_users(levels) == 50

    def test_gives_none_when_the_first_step_breaks(self, levels: list[Level]) -> None:
        assert most_users(levels[2:]) == 0

    @pytest.mark.parametrize(("users", "reasons"), [(4, 0), (1, 1)])
    def test_fails_below_the_users_promised(
        self, users: int, reasons: int, recorded: Results
    ) -> None:
        within = Level(users=25 * users, seconds=60, pages=(page("part"),))
        broken = Level(users=125, seconds=60, pages=(page("part", p95=5000),))

        stepped = replace(recorded, shape="step-up", levels=(within, broken))

        assert len(judge(stepped)) == reasons

    def test_says_which_page_broke(self, levels: list[Level]) -> None:
        assert breaks(levels[2]) == ["part: p95 is 2,100 ms"]

    def test_does_not_judge_by_a_handful_of_requests(self) -> None:
        rare = Level(users=25, seconds=60, pages=(page("part", requests=3, p95=9000),))

        assert breaks(rare) == []

    def test_breaks_by_a_failure_however_rare(self) -> None:
        failed = Level(users=25, seconds=60, pages=(page("part", requests=3, failures=1),))

        assert breaks(failed) == ["part: 1 failed"]
