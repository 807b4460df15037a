"""What is recorded, and the percentiles of it."""

from pathlib import Path

import pytest

from loadtest.percentiles import percentile
from loadtest.results import Recorder, Results


class TestPercentile:
    @pytest.mark.parametrize(
        ("percent", "expected"), [(50, 50), (95, 95), (99, 99), (99.5, 100), (100, 100), (0.1, 1)]
    )
    def test_is_the_time_that_so_many_do_not_exceed(self, percent: float, expected: float) -> None:
        assert percentile([float(n) for n in range(100, 0, -1)], percent) == expected

    def test_of_a_few_is_the_slowest(self) -> None:
        assert percentile([3, 1, 2], 99) == 3

    def test_rounds_nothing(self) -> None:
        assert percentile([2049.4], 99) == 2049.4

    def test_of_nothing_is_refused(self) -> None:
        with pytest.raises(ValueError, match="no times"):
            percentile([], 99)


@pytest.fixture
def recorder() -> Recorder:
    recorder = Recorder()
    recorder.at_level(10)
    recorder.lasted(20.0)
    for milliseconds in (100.0, 200.0, 300.0):
        recorder.answered("part", milliseconds)
    recorder.at_level(20)
    recorder.lasted(40.0)
    recorder.answered("part", 900.0, "the page is cut off")
    recorder.answered("dashboard", 50.0)
    recorder.booked("movements: issue")
    recorder.booked("movements: issue", 2)
    recorder.mishap("LookupError: no row")
    return recorder


def results_of(recorder: Recorder) -> Results:
    return recorder.results(shape="step-up", host="http://desk", asked=("part", "dashboard"))


class TestRecorder:
    def test_adds_up_pages_over_all_levels(self, recorder: Recorder) -> None:
        results = results_of(recorder)

        part = next(page for page in results.pages if page.page == "part")
        assert (part.requests, part.failures, part.max, part.p50) == (4, 1, 900.0, 200.0)
        assert part.per_second == pytest.approx(4 / 60)

    def test_keeps_the_levels_apart(self, recorder: Recorder) -> None:
        few, many = results_of(recorder).levels

        assert (few.users, few.seconds, few.pages[0].max) == (10, 20.0, 300.0)
        assert (many.users, [page.page for page in many.pages]) == (20, ["dashboard", "part"])

    def test_tells_requests_that_failed_from_users_that_could_not_go_on(
        self, recorder: Recorder
    ) -> None:
        results = results_of(recorder)

        assert results.errors == {"part: the page is cut off": 1}
        assert results.mishaps == {"LookupError: no row": 1}
        assert results.confirmed == {"movements: issue": 3}

    def test_writes_what_is_read_again(self, recorder: Recorder, tmp_path: Path) -> None:
        results = results_of(recorder)

        results.write(tmp_path / "results.json")

        assert Results.read(tmp_path / "results.json") == results
