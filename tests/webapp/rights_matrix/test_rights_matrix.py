"""Who may do what: every address, action, export and import with every role, as committed.

The table is ``rights.csv`` beside this file. A change of rights shows there as a diff; after
looking at it, write the table anew by the command that the failing test prints.
"""

import os
from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from django.urls import reverse

from access.models import User
from exchange.exporting import header_of
from exchange.tables.registry import TABLES
from exchange.writers import csv_chunks
from tests.webapp.rights_matrix import table
from tests.webapp.rights_matrix.addresses import addresses
from tests.webapp.rights_matrix.asking import Browser, ask, browser_of

pytestmark = [pytest.mark.django_db, pytest.mark.slow]

type Cell = tuple[table.Row, str]


@pytest.mark.parametrize("person", table.PEOPLE)
def test_everybody_may_do_what_the_table_says_and_nothing_else(
    person: str, cast: dict[str, User | None], world: dict[str, str]
) -> None:
    browser = browser_of(cast[person])

    column = dict([*_pages(browser, world), *_actions(browser, cast, person, world)])
    column.update(_imports(browser))

    broken = [f"{person}: {row}: {told}" for row, told in column.items() if told.startswith("5")]
    assert broken == []
    if os.environ.get("WRITE_RIGHTS_MATRIX"):
        table.write(person, column)
    wrong = table.differences(person, column)
    assert not wrong, "\n".join(
        [
            *wrong,
            "",
            "If this is meant to be: look at each line, write the table anew and commit it:",
            f"    {table.COMMAND}",
        ]
    )


def _pages(browser: Browser, world: dict[str, str]) -> Iterator[Cell]:
    for address in addresses(world):
        for method in ("GET", "POST"):
            outcome = ask(browser, method, address.path)
            yield (method, address.shown), outcome


def _actions(
    browser: Browser, cast: dict[str, User | None], person: str, world: dict[str, str]
) -> Iterator[Cell]:
    """Each action that a list offers to anybody, done to one row."""
    for model, model_admin in admin.site._registry.items():
        label = f"{model._meta.app_label}.{model._meta.model_name}"
        if label not in world:
            continue
        path = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        everybody = [user for user in cast.values() if user]
        offered = {name for user in everybody for name in _offered(model_admin, path, user)}
        user = cast[person]
        own = _offered(model_admin, path, user) if user else set()
        for name in sorted(offered):
            posted = {"action": name, "_selected_action": world[label], "index": "0"}
            outcome = ask(browser, "POST", path, posted)
            if name not in own and outcome not in ("denied", "sign in"):
                # Django shows the list again, and says that no action was chosen.
                here = f"to admin:{label.replace('.', '_')}_changelist"
                assert outcome in ("ok", here), f"{person} does {name} of {label}: {outcome}"
                outcome = "not offered"
            yield ("action", f"{path} {name}"), outcome


def _offered(model_admin: Any, path: str, user: User) -> set[str]:
    request = RequestFactory().get(path)
    request.user = User.objects.get(pk=user.pk)
    return set(model_admin.get_actions(request))


def _imports(browser: Browser) -> Iterator[Cell]:
    """The template of each table, uploaded."""
    upload = reverse("admin:exchange_importrun_import_file")
    for name, imported in TABLES.items():
        columns = imported.read_columns
        lines = [[column.example for column in columns]]
        content = b"".join(csv_chunks(header_of(columns), lines))
        file = SimpleUploadedFile(f"{name}.csv", content)
        outcome = ask(browser, "POST", upload, {"table": name, "file": file})
        yield ("import", name), outcome
