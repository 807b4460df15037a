import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.waiting import limit_waiting
from demo.bench.asking import UnexpectedAnswerError, log_as_in_production
from demo.bench.rounds import OURS, Rounds, ours
from demo.bench.visits import MissingError, Traffic, chosen


class Command(BaseCommand):
    """For whoever makes pages faster. It writes: give it a copy of the data."""

    help = "CPU, time, queries and size of each page of the load test, asked in this process."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--people", type=Path, required=True, help="What prepare_load_test wrote."
        )
        parser.add_argument("--rounds", type=int, default=10, help="The medians are shown.")
        parser.add_argument("--only", nargs="+", default=[], help="Pages with this in the name.")
        parser.add_argument("--file", type=Path, help="Writes the medians there, as JSON.")

    def handle(self, *args: Any, **options: Any) -> None:
        log_as_in_production()
        limit_waiting()
        try:
            traffic = Traffic(json.loads(options["people"].read_text("utf-8")))
            rounds = Rounds([ours(chosen(list(traffic.visits()), options["only"]))])
            rounds.warm_up()
            for _round in range(options["rounds"]):
                rounds.go_round()
        except (MissingError, UnexpectedAnswerError) as error:
            raise CommandError(str(error)) from error
        medians = rounds.medians()
        if options["file"]:
            options["file"].write_text(json.dumps(medians, indent=1) + "\n")
        self.show(medians[OURS])

    def show(self, pages: dict[str, dict[str, float]]) -> None:
        self.stdout.write("  CPU ms  wall ms   SQL ms  queries     kB  page")
        for name, page in sorted(pages.items(), key=lambda item: -item[1]["cpu"]):
            self.stdout.write(
                f"{page['cpu']:8.1f}{page['wall']:9.1f}{page['sql']:9.1f}{page['queries']:9.0f}"
                f"{page['size'] / 1000:7.0f}  {name}"
            )
