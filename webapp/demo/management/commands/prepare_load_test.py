import json
import os
import secrets
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from demo.load_test.people import Work, make_people, username
from demo.load_test.slices import TooLittleDataError, prepare


def count_of(text: str) -> tuple[Work, int]:
    """``buyer=20``"""
    work, _sign, count = text.partition("=")
    if work not in Work or not count.isdecimal():
        raise ArgumentTypeError(f"{text!r}: write for example buyer=20; {', '.join(Work)}.")
    return Work(work), int(count)


class Command(BaseCommand):
    """Can be repeated: who and what exists stays, only passwords are set as given."""

    help = "Make the accounts of a load test, and what each of them works on."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("people", nargs="+", type=count_of, metavar="WORK=COUNT")
        parser.add_argument(
            "--file",
            type=Path,
            required=True,
            help="JSON, readable by its owner only: the people, their passwords and their work. "
            "With LOADTEST_PASSWORD set that is everybody's password, and the file has none. "
            "/dev/stdout shows it.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        counts = dict(options["people"])
        names = [username(work, n) for work, count in counts.items() for n in range(1, count + 1)]
        shared = os.environ.get("LOADTEST_PASSWORD", "")
        passwords = {name: shared or secrets.token_urlsafe(12) for name in names}
        try:
            made = prepare(list(make_people(passwords, counts)), at=timezone.now())
        except TooLittleDataError as error:
            raise CommandError(str(error)) from error
        if not shared:
            for person in made["people"]:
                person["password"] = passwords[person["name"]]
        _write(options["file"], made)


def _write(file: Path, content: Mapping[str, Any]) -> None:
    if not file.exists():
        file.touch(mode=0o600)
    file.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n")
