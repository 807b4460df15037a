"""What surrounds every page is kept, and nobody sees what was kept for somebody else."""

import re

import pytest
from bs4 import BeautifulSoup
from django.contrib.auth.models import Permission
from django.test import Client
from django.urls import reverse
from unfold.settings import get_config
from unfold.utils import convert_color

from access.models import User
from core.lists.filters import forget_choices
from tests.webapp.factories import LocationFactory

pytestmark = pytest.mark.django_db

PARTS = reverse("admin:catalog_part_changelist")


def page(user: User, address: str = PARTS, language: str = "en", agent: str = "") -> BeautifulSoup:
    User.objects.filter(pk=user.pk).update(language=language)
    client = Client(headers={"user-agent": agent})
    client.force_login(user)
    return BeautifulSoup(client.get(address).content, "html.parser")


def entries(shown: BeautifulSoup) -> set[str]:
    return {str(link["href"]) for link in shown.select("#nav-sidebar-apps a")}


def test_each_sees_the_entries_of_their_own_rights(storekeeper: User, auditor: User) -> None:
    log = reverse("admin:audit_auditentry_changelist")
    receive = reverse("admin:stock_receive")

    first, second, again = page(storekeeper), page(auditor), page(storekeeper)

    assert receive in entries(first)
    assert log not in entries(first)
    assert log in entries(second)
    assert receive not in entries(second)
    assert entries(again) == entries(first)


def test_a_right_that_is_taken_away_takes_its_entry_along(storekeeper: User) -> None:
    receive = reverse("admin:stock_receive")
    assert receive in entries(page(storekeeper))

    storekeeper.denied_permissions.add(Permission.objects.get(codename="receive_stock"))

    assert receive not in entries(page(storekeeper))


def test_each_sees_their_own_name_and_language(storekeeper: User, auditor: User) -> None:
    english, japanese = page(storekeeper), page(auditor, language="ja")

    assert storekeeper.display_name in english.select_one("#nav-sidebar-inner").get_text()  # type: ignore[union-attr]
    menu = japanese.select_one("#nav-sidebar-inner").get_text()  # type: ignore[union-attr]
    assert auditor.display_name in menu
    assert storekeeper.display_name not in menu
    assert "ログアウト" in menu
    assert "Log out" in english.select_one("#logout-form").get_text()  # type: ignore[union-attr]


def test_a_new_name_is_shown_at_once(storekeeper: User) -> None:
    page(storekeeper)

    User.objects.filter(pk=storekeeper.pk).update(last_name="Renamed")

    assert "Renamed" in page(storekeeper).select_one("#nav-sidebar-inner").get_text()  # type: ignore[union-attr]


def test_marks_the_entry_of_the_page_that_is_open(storekeeper: User) -> None:
    levels = reverse("admin:stock_stocklevel_changelist")

    for address in (PARTS, levels, PARTS):
        [marked] = page(storekeeper, address).select("#nav-sidebar-apps a.active")
        assert marked["href"] == address


def test_forms_that_are_kept_carry_the_token_of_who_looks(storekeeper: User) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(storekeeper)
    strict.get(PARTS)
    shown = BeautifulSoup(strict.get(PARTS).content, "html.parser")
    form = shown.select_one("#logout-form")
    assert form is not None
    token = form.select_one("[name=csrfmiddlewaretoken]")["value"]  # type: ignore[index]

    stranger = Client(enforce_csrf_checks=True)
    stranger.force_login(storekeeper)
    refused = stranger.post(str(form["action"]), {"csrfmiddlewaretoken": token})
    accepted = strict.post(str(form["action"]), {"csrfmiddlewaretoken": token})

    assert re.fullmatch(r"[A-Za-z0-9]{64}", str(token))
    assert refused.status_code == 403
    assert accepted.status_code == 302


def test_names_the_keys_of_the_machine_in_use(storekeeper: User) -> None:
    mac, other = page(storekeeper, agent="Macintosh"), page(storekeeper, agent="X11; Linux")

    assert "keyboard_command_key" in str(mac.select_one("#nav-sidebar-inner"))
    assert "keyboard_control_key" in str(other.select_one("#nav-sidebar-inner"))


def test_has_each_colour_of_the_theme(storekeeper: User) -> None:
    style = page(storekeeper).select_one("#unfold-theme-colors")
    assert style

    shown = dict(re.findall(r"--color-([a-z-]+-[a-z0-9-]+):\s*([^;]+);", style.get_text()))

    assert shown == {
        f"{name}-{weight}": convert_color(value)
        for name, weights in get_config()["COLORS"].items()
        for weight, value in weights.items()
    }
    assert len(shown) > 20


def test_filters_show_what_is_offered_and_what_was_chosen(storekeeper: User) -> None:
    shelf = LocationFactory.create(name_en="Shelf <7>", name_ja="棚")
    other = LocationFactory.create(name_en="Bench", name_ja="作業台")

    def offered(address: str, language: str = "en") -> dict[str, str]:
        field = page(storekeeper, address, language).select_one("select[name=location]")
        assert field
        options = field.select("option")
        assert [str(option["value"]) for option in options if option.has_attr("selected")] == [
            address.partition("location=")[2]
        ]
        return {str(option["value"]): option.get_text() for option in options}

    everything = offered(PARTS)
    assert everything[""] == "All"
    assert everything[str(shelf.pk)] == "Shelf <7>"
    assert offered(f"{PARTS}?location={shelf.pk}") == everything
    assert offered(f"{PARTS}?location={other.pk}", "ja")[str(other.pk)] == "作業台"

    new = LocationFactory.create(name_en="New shelf", name_ja="")
    forget_choices()
    assert offered(PARTS) == {**everything, str(new.pk): "New shelf"}
