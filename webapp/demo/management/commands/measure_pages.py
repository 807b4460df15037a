import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from core.waiting import limit_waiting
from demo.bench import beside, machine
from demo.bench.asking import (
    UnexpectedAnswerError,
    logging_as_in_production,
    settled_as_in_production,
)
from demo.bench.limits import limits
from demo.bench.rounds import Rounds, ours
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
        parser.add_argument(
            "--beside", action="store_true", help="Parts in bare Django and in plain unfold, too."
        )
        parser.add_argument("--limits", action="store_true", help="What the machine can do, too.")
        parser.add_argument("--file", type=Path, help="Writes the medians there, as JSON.")
        parser.add_argument(
            "--by-turns",
            action="store_true",
            help="Tells its turns, and takes one for each line of stdin that names it, so that two "
            "processes can measure the same page one after the other.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        limit_waiting()
        with logging_as_in_production():
            try:
                rounds = self.measured(options)
            except (MissingError, UnexpectedAnswerError) as error:
                raise CommandError(str(error)) from error
        if options["file"]:
            found = {
                "machine": machine.facts(),
                "rounds": rounds.done,
                "pages": rounds.medians(),
                "limits": rounds.medians_of_limits(),
            }
            options["file"].write_text(json.dumps(found, indent=1) + "\n")
        if not options["by_turns"]:
            self.show(rounds)

    def measured(self, options: dict[str, Any]) -> Rounds:
        rounds = self.prepared(options)
        rounds.warm_up()
        with settled_as_in_production():
            if options["by_turns"]:
                self.take_turns(rounds)
            else:
                for _round in range(options["rounds"]):
                    rounds.go_round()
        return rounds

    def prepared(self, options: dict[str, Any]) -> Rounds:
        traffic = Traffic(json.loads(options["people"].read_text("utf-8")))
        variants = [ours(chosen(list(traffic.visits()), options["only"]))]
        if options["beside"]:
            variants += beside.variants(traffic.part)
        done_alone = list(limits(traffic.name_of_anybody)) if options["limits"] else []
        return Rounds(variants, done_alone)

    def take_turns(self, rounds: Rounds) -> None:
        self.answer(json.dumps(list(rounds.turns)))
        for line in sys.stdin:
            rounds.turns[line.rstrip("\n")]()
            self.answer("done")

    def answer(self, text: str) -> None:
        self.stdout.write(text)
        self.stdout.flush()

    def show(self, rounds: Rounds) -> None:
        for variant, pages in rounds.medians().items():
            self.stdout.write(f"\n  CPU ms  wall ms   SQL ms  queries     kB  {variant}")
            for name, page in sorted(pages.items(), key=lambda item: -item[1]["cpu"]):
                self.stdout.write(
                    f"{page['cpu']:8.1f}{page['wall']:9.1f}{page['sql']:9.1f}"
                    f"{page['queries']:9.0f}{page['size'] / 1000:7.0f}  {name}"
                )
        for name, limit in rounds.medians_of_limits().items():
            self.stdout.write(f"{limit['cpu']:8.2f}{limit['wall']:9.2f}{'':25}  {name}")
