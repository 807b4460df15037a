"""``manage.py import_catalogue DIR``: the files of a folder, all or nothing."""

from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import override

from core.errors import BusinessError
from exchange import services
from exchange.problems import Problem

PROBLEMS_PRINTED = 50


class Command(BaseCommand):
    """Prints a line a file; exits with an error when anything is wrong."""

    help = (
        "Import categories, locations, suppliers, parts, supplier parts, opening stock and "
        "purchase orders from the CSV and XLSX files of a folder."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", metavar="DIR", type=Path)
        parser.add_argument(
            "--dry-run", action="store_true", help="say what would change, and change nothing"
        )

    def handle(self, *args: Any, folder: Path, dry_run: bool, **options: Any) -> None:
        if not folder.is_dir():
            raise CommandError(f"{folder} is no folder.")
        known = {path for _table, path in services.known_files(folder)}
        try:
            with override("en"):  # the language of the console
                files = services.import_folder(
                    folder=folder,
                    by=None,
                    at=timezone.now(),
                    dry_run=dry_run,
                    on_file=self._report,
                )
        except services.FolderError as error:
            self._print_problems(error.problems)
            raise CommandError(str(error)) from error
        except BusinessError as error:
            raise CommandError(str(error)) from error
        left = sorted(
            path.name for path in folder.iterdir() if path.is_file() and path not in known
        )
        if left:
            self.stdout.write(f"Left alone: {', '.join(left)}")
        changes = sum(file.counts["created"] + file.counts["changed"] for file in files)
        done = "Would change" if dry_run else "Changed"
        self.stdout.write(self.style.SUCCESS(f"{done} {changes} rows of {len(files)} files."))

    def _report(self, file: services.ImportedFile) -> None:
        counts = file.counts
        self.stdout.write(
            f"{file.file_name:<25} {counts['rows']:>6} rows: {counts['created']} new, "
            f"{counts['changed']} changed, {counts['unchanged']} unchanged "
            f"({file.seconds:.1f} s)"
        )
        for note in file.notes:
            self.stdout.write(f"  {note}")
        self.stdout.flush()

    def _print_problems(self, problems: Sequence[Problem]) -> None:
        lines = [("row", "column", "found", "expected", "how to mend it")]
        lines += [
            (str(problem.row), problem.column, problem.found[:40], problem.expected, problem.remedy)
            for problem in problems[:PROBLEMS_PRINTED]
        ]
        widths = [max(len(line[place]) for line in lines) for place in range(4)]
        for line in lines:
            cells = [cell.ljust(width) for cell, width in zip(line, widths, strict=False)]
            self.stderr.write("  ".join([*cells, line[4]]))
        if len(problems) > PROBLEMS_PRINTED:
            self.stderr.write(f"… and {len(problems) - PROBLEMS_PRINTED} more")
