"""./dev bench: what it makes of medians, and how its processes take turns."""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from devtools.bench_report import (
    BESIDE,
    MARK,
    Measured,
    Posting,
    aligned,
    beside_rows,
    growth_rows,
    limit_rows,
    ms,
    page_rows,
    posting_rows,
    ratio,
    report,
    write,
)
from devtools.bench_run import Asked, measure_pages
from devtools.commands import bench
from devtools.console import Problem
from devtools.house import House


def page(cpu: float, wall: float) -> dict[str, float]:
    return {"cpu": cpu, "wall": wall, "sql": 1.5, "queries": 7.0, "size": 34_560.0}


def measured(pages: Mapping[str, Mapping[str, Mapping[str, float]]] | None = None) -> Measured:
    ours = {"list": page(20, 30), "form": page(40, 44)}
    beside = {"list": page(20, 30)}, {"list": page(10, 60)}, {"list": page(25, 0)}
    return Measured.of(
        {
            "machine": {"cores": "2", "Django": "6.1"},
            "rounds": 15,
            "pages": pages or {"ours": ours, **dict(zip(BESIDE, beside, strict=True))},
            "limits": {"SELECT 1": {"cpu": 0.05, "wall": 0.08}},
        }
    )


class TestFigures:
    @pytest.mark.parametrize(
        ("value", "said"), [(0.0843, "0.08"), (9.99, "9.99"), (10.04, "10.0"), (1234.5, "1,234")]
    )
    def test_have_three_figures(self, value: float, said: str) -> None:
        assert ms(value) == said

    def test_ratio_says_how_many_times(self) -> None:
        assert ratio(30, 20) == "1.50"
        assert ratio(30, 0) == ""

    def test_tables_are_aligned_in_any_width(self) -> None:
        said = aligned(("page", "CPU"), [("a long name", "1.00"), ("b", "1,234")])

        assert said.splitlines() == [
            "| page        |   CPU |",
            "|-------------|------:|",
            "| a long name |  1.00 |",
            "| b           | 1,234 |",
        ]


class TestRows:
    def test_pages_come_with_the_most_expensive_first(self) -> None:
        assert page_rows(measured().ours) == [
            ("form", "40.0", "44.0", "1.50", "7", "34.6"),
            ("list", "20.0", "30.0", "1.50", "7", "34.6"),
        ]

    def test_beside_others_ours_is_divided_by_theirs(self) -> None:
        assert beside_rows(measured().pages, "cpu") == [
            ("list", "20.0", "10.0", "25.0", "2.00", "0.80")
        ]
        assert beside_rows(measured().pages, "wall") == [
            ("list", "30.0", "60.0", "0.00", "0.50", "")
        ]

    def test_growth_is_more_divided_by_less_and_what_grew_most_comes_first(self) -> None:
        less = {"list": page(10, 20), "form": page(40, 40), "gone": page(1, 1)}
        longer = {**page(40, 44), "size": 69_120.0}
        more = {"list": page(20, 30), "form": longer, "new": page(1, 1)}

        assert growth_rows(less, more) == [
            ("list", "20.0", "30.0", "1.50", "10.0", "20.0", "2.00", "1.00"),
            ("form", "40.0", "44.0", "1.10", "40.0", "40.0", "1.00", "2.00"),
        ]

    def test_limits_are_told_a_second_too(self) -> None:
        assert limit_rows(measured().limits) == [("SELECT 1", "0.05", "0.08", "12,500")]

    def test_movements_are_those_of_the_service_beside_raw_sql(self) -> None:
        rates = {"one part": {"service": 150.4, "raw": 1204.0}}

        assert posting_rows(Posting(rates)) == [("one part", "150", "1,204", "0.12")]

    def test_what_others_are_leaves_ours_as_it_is(self) -> None:
        ours = measured({"ours": {"list": page(1, 2)}})

        both = ours.beside(measured())

        assert both.ours == {"list": page(1, 2)}
        assert set(both.pages) == {"ours", *BESIDE}
        assert both.limits == measured().limits


class TestReport:
    def test_has_every_table_and_what_it_was_measured_on(self) -> None:
        posting = Posting({"one part": {"service": 150, "raw": 1200}})
        less = measured({"ours": {"list": page(10, 20)}})

        said = report({"ten parts": less, "a million parts": measured()}, posting)

        assert said.startswith("Medians of 15 rounds; cores 2, Django 6.1.")
        assert "Data: a million parts." in said
        assert [line for line in said.splitlines() if line.startswith("#")] == [
            "### Beside bare Django and plain unfold: CPU",
            "### Beside bare Django and plain unfold: time of the whole answer",
            "### Limits of the machine",
            "### Movements a second",
            "### Every page of the load test",
            "### Growth: from ten parts to a million parts",
        ]

    def test_of_some_pages_has_these_alone(self) -> None:
        some = Measured({"cores": "2"}, 3, {"ours": {"list": page(10, 20)}}, {})

        said = report({"ten parts": some}, None)

        assert said.count("###") == 1


class TestWrite:
    def test_replaces_the_last_result_and_nothing_else(self, tmp_path: Path) -> None:
        file = tmp_path / "benchmarks.md"
        file.write_text(f"# By people\n\n{MARK}\n\nold\n")

        write("new\n", file)
        write("newer\n", file)

        assert file.read_text() == f"# By people\n\n{MARK}\n\nnewer\n"

    def test_refuses_a_file_without_a_place_for_it(self, tmp_path: Path) -> None:
        file = tmp_path / "benchmarks.md"
        file.write_text("# By people\n")

        with pytest.raises(Problem, match="no place"):
            write("new\n", file)

        assert file.read_text() == "# By people\n"

    def test_document_has_the_place(self, repository: Path) -> None:
        assert (repository / "docs" / "benchmarks.md").read_text("utf-8").count(MARK) == 1


class TestCommand:
    def test_refuses_to_keep_some_pages_alone(self, house: House) -> None:
        asked = argparse.Namespace(write=True, only=["part"], rounds=1, size="large")

        with pytest.raises(Problem, match="no result to keep"):
            bench.run(house, asked)

    def test_does_not_run_beside_a_load_test(self, house: House) -> None:
        asked = argparse.Namespace(write=False, only=None, rounds=1, size="large")

        lock = house.try_lock("loadtest")
        assert lock is not None
        with lock, pytest.raises(Problem, match="already runs"):
            bench.run(house, asked)


# What `manage.py measure_pages --by-turns` does, without pages.
TAKES_TURNS = """
import json, sys
name, log, file, fails = sys.argv[1:5]
def note(what):
    with open(log, "a") as lines: lines.write(f"{name} {what}\\n")
if fails == "fails": sys.exit(3)
print(json.dumps([*"abcd", f"only {name}"]), flush=True)
rounds = 0
for line in sys.stdin:
    rounds += line == "a\\n"; note(line.strip()); print("done", flush=True)
with open(file, "w") as found:
    json.dump({"machine": {}, "rounds": rounds, "pages": {"ours": {}}, "limits": {}}, found)
"""


@dataclass(frozen=True)
class Pretended:
    """An application whose command only takes turns, and notes when."""

    name: str
    log: Path
    fails: str = ""

    def command(self, words: Sequence[str]) -> list[str]:
        file = words[list(words).index("--file") + 1]
        return [sys.executable, "-c", TAKES_TURNS, self.name, str(self.log), file, self.fails]

    def environment(self) -> dict[str, str]:
        return {}


class TestMeasurePages:
    def test_lets_two_sizes_of_data_take_turns_page_by_page(self, tmp_path: Path) -> None:
        log = tmp_path / "log"
        asked = {
            name: Asked(application=Pretended(name, log), people=tmp_path)  # type: ignore[arg-type]  # all of it that is used
            for name in ("less", "more")
        }

        found = measure_pages(asked, 2, tmp_path)

        taken = [line.split(" ", 1) for line in log.read_text().splitlines()]
        rounds = taken[:10], taken[10:20]
        for one_round in rounds:
            assert sorted(name for _size, name in one_round) == sorted(
                [*"aabbccdd", "only less", "only more"]
            )
        for one_round, both in zip(rounds, (["less", "more"], ["more", "less"]), strict=True):
            shared = [(size, name) for size, name in one_round if name in set("abcd")]
            assert [size for size, _name in shared] == both * 4
            assert [name for _size, name in shared[::2]] == [name for _size, name in shared[1::2]]
        assert [name for _size, name in rounds[0]] != [name for _size, name in rounds[1]]
        assert {name: one.rounds for name, one in found.items()} == {"less": 2, "more": 2}

    def test_says_when_a_process_ended_early(self, tmp_path: Path) -> None:
        broken = Pretended("less", tmp_path / "log", fails="fails")

        with pytest.raises(Problem, match="failed"):
            measure_pages({"less": Asked(application=broken, people=tmp_path)}, 1, tmp_path)  # type: ignore[arg-type]  # all of it that is used

    def test_compares_and_measures_limits_only_where_asked_to(self, tmp_path: Path) -> None:
        pretended = Pretended("less", tmp_path)
        plain = Asked(application=pretended, people=tmp_path, only=["part"])  # type: ignore[arg-type]  # all of it that is used
        full = Asked(application=pretended, people=tmp_path, beside=True)  # type: ignore[arg-type]  # all of it that is used

        assert plain.words(tmp_path)[-2:] == ["--only", "part"]
        assert full.words(tmp_path)[-2:] == ["--beside", "--limits"]
        assert json.dumps(plain.words(tmp_path))  # all of them are text
