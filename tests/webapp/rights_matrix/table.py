"""The committed table: who may do what, row by row, to be read and reviewed."""

import csv
import fcntl
import io
from collections.abc import Mapping, Sequence
from pathlib import Path

FILE = Path(__file__).with_name("rights.csv")
PEOPLE = ("administrator", "storekeeper", "buyer", "general", "auditor", "outsider", "anonymous")
COMMAND = "WRITE_RIGHTS_MATRIX=1 ./dev test tests/webapp/rights_matrix"

type Row = tuple[str, str]  # what is done, and to what: ("GET", "/admin/")
type Column = Mapping[Row, str]


def read(person: str) -> dict[Row, str]:
    """The column of one person."""
    if not FILE.exists():
        return {}
    with FILE.open(encoding="utf-8", newline="") as file:
        return {(row["do"], row["what"]): row[person] for row in csv.DictReader(file)}


def write(person: str, column: Column) -> None:
    """Put the column of one person in; rows that it does not have any more go.

    Several processes may do so at the same moment.
    """
    with FILE.open("a", encoding="utf-8") as turn:
        fcntl.flock(turn, fcntl.LOCK_EX)
        _write(person, column)


def _write(person: str, column: Column) -> None:
    columns = {name: column if name == person else read(name) for name in PEOPLE}
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["do", "what", *PEOPLE])
    for row in sorted(column, key=lambda row: (row[1], row[0])):
        writer.writerow([*row, *(columns[name].get(row, "") for name in PEOPLE)])
    FILE.write_text(text.getvalue(), encoding="utf-8")


def differences(person: str, column: Column) -> Sequence[str]:
    """What is not as the table says, in words."""
    expected = read(person)
    return [
        f"{person}: {do} {what}: {expected.get((do, what), 'not in the table')!r} in the table, "
        f"{column.get((do, what), 'gone')!r} now"
        for do, what in sorted({*expected, *column})
        if expected.get((do, what)) != column.get((do, what))
    ]
