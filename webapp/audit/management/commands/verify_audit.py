from argparse import ArgumentParser
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from audit.heads import UnknownHeadError, check_head
from audit.kinds import Kind
from audit.reading import last_verification
from audit.recording import record
from audit.verification import verify_audit
from core.arguments import hours


class Command(BaseCommand):
    """For the nightly job; fails when something differs, so that the job's alarm rings."""

    help = "Prove that nothing in the audit log was changed, removed or put in."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--head",
            type=Path,
            metavar="FILE",
            help="Lines of `audit_head` that were kept elsewhere: the log must still lead there.",
        )

        parser.add_argument(
            "--max-age",
            type=hours,
            help="Do nothing if the last verification found the log whole and is younger: 24h.",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        last, max_age = last_verification(), options["max_age"]
        if last.at and last.whole and max_age and timezone.now() - last.at < max_age:
            self.stdout.write(f"verified {last.at:%Y-%m-%d %H:%M} UTC, whole")
            return
        begun = monotonic()
        heads = self._check_heads(options["head"]) if options["head"] else 0
        report = verify_audit()
        summary = (
            f"{report.entries} entries in {report.links} links, {heads} heads kept elsewhere, "
            f"{report.explained} changed with the log unlocked, {monotonic() - begun:.1f} s"
        )
        record(
            Kind.VERIFIED,
            model="audit.auditentry",
            details={
                "whole": report.whole,
                "entries": report.entries,
                "links": report.links,
                "explained": report.explained,
                "first": str(report.first or ""),
                "head": report.head,
            },
        )
        for problem in report.problems:
            self.stdout.write(str(problem))
        if not report.whole:
            raise CommandError(
                f"The audit log was tampered with, first at {report.first}. {summary}."
            )
        self.stdout.write(f"The audit log is whole: {summary}.")

    def _check_heads(self, file: Path) -> int:
        try:
            lines = [line for line in file.read_text("utf-8").splitlines() if line.strip()]
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{file} cannot be read: {error}") from error
        if not lines:
            raise CommandError(f"{file} has no head in it.")
        for line in lines:
            try:
                check_head(line)
            except UnknownHeadError as error:
                raise CommandError(f"{file}: {error}") from error
        return len(lines)
