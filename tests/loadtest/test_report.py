"""What a run prints and writes."""

import csv
from dataclasses import replace
from pathlib import Path

import pytest

from loadtest import report
from loadtest.results import Results
from tests.loadtest.test_thresholds import RECORDED, with_page


@pytest.fixture
def recorded() -> Results:
    return Results.read(RECORDED / "busy.json")


class TestReport:
    def test_has_a_row_a_page_the_slowest_first(self, recorded: Results) -> None:
        rows = report.page_rows(with_page(recorded, "part", p99=50000.0, failures=2).pages)

        assert len(rows) == len(recorded.pages)
        assert (rows[0][0], rows[0][5], rows[0][7]) == ("part", "50,000", "2")

    def test_tells_how_many_users_a_step_up_came_to(self, recorded: Results) -> None:
        stepped = replace(recorded, shape="step-up")

        assert "highest number of users within the limits" in report.summary(stepped)
        assert len(report.level_rows(stepped)) == len(recorded.levels)

    def test_says_passed_or_every_reason(self) -> None:
        assert report.verdict([]).startswith("PASSED")
        assert report.verdict(["a", "b"]).splitlines() == ["FAILED:", "  - a", "  - b"]

    def test_shows_the_most_frequent_errors(self, recorded: Results) -> None:
        errors = {f"error {n}": n for n in range(1, 13)}

        lines = report.error_lines(replace(recorded, errors=errors, mishaps={"stuck": 50}))

        assert lines[:2] == ["50 × stuck", "12 × error 12"]
        assert lines[-1] == "… and 3 more"

    def test_writes_the_figures_as_csv(self, recorded: Results, tmp_path: Path) -> None:
        report.write_csv(recorded, tmp_path / "pages.csv")

        with (tmp_path / "pages.csv").open() as file:
            rows = list(csv.DictReader(file))
        assert [row["page"] for row in rows] == [page.page for page in recorded.pages]
        assert float(rows[0]["p99"]) == recorded.pages[0].p99
