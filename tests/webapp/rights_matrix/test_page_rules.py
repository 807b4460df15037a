"""Every page of ours says which right it asks for, where it is written."""

from collections.abc import Callable
from typing import Any

import pytest

from tests.webapp.rights_matrix.addresses import NoExampleError, Pattern, addresses_of, patterns

# Views of Django and unfold, and our classes that stand in for them: ``ModelAdmin`` checks the
# rights of the model itself.
OF_THE_FRAMEWORK = frozenset(
    {
        "add_view",
        "app_index",
        "autocomplete_view",
        "catch_all_view",
        "change_view",
        "changeform_view",
        "changelist_view",
        "delete_view",
        "history_view",
        "i18n_javascript",
        "index",
        "login",
        "logout",
        "password_change",
        "password_change_done",
        "search",
        "user_change_password",
        "view",  # of a redirect
        "shortcut",
    }
)
# Pages of ours with a rule of another form, and why.
OTHER_RULES = {
    "admin:exchange_importrun_apply": "admin_views.apply requires the right",
    "admin:exchange_importrun_errors": "one's own uploads, or all with the right to view imports",
    "admin:exchange_importrun_template": "admin_views.template requires the right",
    "admin:exchange_importrun_import_file": "unfold asks has_import_permission",
    "admin:signin_secondfactor_remove": "unfold asks has_remove_permission",
    "admin:stock_stockmovement_correct_this": "unfold asks has_correct_permission",
    "admin:stock_ledgerverification_verify_now": "unfold asks has_verify_permission",
}
# What is open without any right, and why.
OPEN = {
    "set_language": "the sign-in page speaks languages, too",
    "part_picture": "asks for catalog.view_part itself",
    "": "leads to the dashboard, or nowhere",
}
OPEN_BENEATH = {"account/": "signing in, and one's own account"}


def _is_export(pattern: Pattern) -> bool:
    """``ExportMixin.export_view`` asks for the right to export, and to view the list."""
    return pattern.name.endswith(("_export", "_export_lines"))


def _function(callback: Callable[..., Any]) -> str:
    while hasattr(callback, "__wrapped__"):
        callback = callback.__wrapped__
    return getattr(callback, "__name__", type(callback).__name__)


def _has_rule(pattern: Pattern) -> bool:
    if getattr(pattern.callback, "required_permissions", None) is not None:
        return True
    if _function(pattern.callback) in OF_THE_FRAMEWORK:
        return True
    if pattern.name.startswith("admin:"):
        return _is_export(pattern) or pattern.name in OTHER_RULES
    return pattern.name in OPEN or pattern.shape.startswith(tuple(OPEN_BENEATH))


def without_rule() -> list[str]:
    return [
        f"{pattern.shape} ({pattern.name}, {_function(pattern.callback)})"
        for pattern in patterns()
        if not _has_rule(pattern)
    ]


def test_every_page_of_ours_declares_its_right() -> None:
    assert without_rule() == [], (
        "Put @requires(…) of core.pages above the page; a page for everybody says @requires()."
    )


def test_rules_are_for_pages_that_exist() -> None:
    names = {pattern.name for pattern in patterns()}

    assert {*OTHER_RULES, *OPEN} <= names


def test_a_page_without_an_example_says_what_to_do() -> None:
    page = Pattern(shape="admin/stock/lot/<int:colour>/", name="new", callback=print)

    with pytest.raises(NoExampleError, match="Make one in the world"):
        list(addresses_of(page, {}))
