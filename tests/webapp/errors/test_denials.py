"""A refusal names the right that is missing, who can give it, and is recorded once."""

from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from access.models import User
from audit.kinds import Kind
from audit.models import AuditEntry
from core import error_pages
from core.permissions import MissingRightError
from tests.webapp.cast import ClientOf
from tests.webapp.factories import CategoryFactory, PartFactory

pytestmark = pytest.mark.django_db


def text(response: Any) -> str:
    return " ".join(BeautifulSoup(response.content, "html.parser").get_text(" ").split())


def denials() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(kind=Kind.DENIED))


class TestThePage:
    def test_names_the_right_and_the_administrators(
        self, client_of: ClientOf, general: User, administrator: User
    ) -> None:
        response = client_of(general).get("/admin/catalog/part/add/")

        assert response.status_code == 403
        assert "Parts: add" in text(response)
        assert administrator.display_name in text(response)

    @pytest.mark.parametrize(
        ("address", "missing"),
        [
            ("", "Parts: view"),
            ("add/", "Parts: add"),
            ("{pk}/change/", "Parts: view"),
            ("{pk}/delete/", "Parts: delete"),
        ],
    )
    def test_names_the_right_of_each_view_of_a_model(
        self, client_of: ClientOf, outsider: User, address: str, missing: str
    ) -> None:
        part = PartFactory.create()

        response = client_of(outsider).get(f"/admin/catalog/part/{address.format(pk=part.pk)}")

        assert response.status_code == 403
        assert missing in text(response)

    def test_names_what_saving_asks_for(self, client_of: ClientOf, general: User) -> None:
        category = CategoryFactory.create()

        response = client_of(general).post(f"/admin/catalog/category/{category.pk}/change/", {})

        assert response.status_code == 403
        assert "Categories: change" in text(response)

    def test_names_what_a_search_field_would_find(
        self, client_of: ClientOf, outsider: User
    ) -> None:
        response = client_of(outsider).get(
            "/admin/autocomplete/",
            {"app_label": "catalog", "model_name": "part", "field_name": "category"},
        )

        assert response.status_code == 403
        assert "Categories: view" in text(response)

    def test_names_no_right_where_nobody_can_have_it(
        self, client_of: ClientOf, administrator: User
    ) -> None:
        response = client_of(administrator).get("/admin/stock/stockmovement/add/")

        assert response.status_code == 403
        assert "nobody may" in text(response)

    def test_leaves_people_out_who_cannot_sign_in(
        self, client_of: ClientOf, general: User, administrator: User
    ) -> None:
        gone = User.objects.create_user("gone", is_staff=True, is_active=False, last_name="Gone")
        gone.groups.set(administrator.groups.all())

        response = client_of(general).get("/admin/catalog/part/add/")

        assert administrator.display_name in text(response)
        assert "Gone" not in text(response)

    def test_names_nobody_to_a_stranger(self, administrator: User, rf: RequestFactory) -> None:
        response = error_pages.permission_denied(
            rf.get("/admin/"), MissingRightError("catalog.view_part")
        )

        assert response.status_code == 403
        assert administrator.display_name not in text(response)


class TestTheRecord:
    def test_says_what_was_asked_for_and_what_is_missing(
        self, client_of: ClientOf, general: User
    ) -> None:
        client_of(general).get("/admin/catalog/part/add/?category=7&token=abc")

        [entry] = denials()
        assert entry.actor_name == general.username
        assert entry.details == {
            "path": "/admin/catalog/part/add/",
            "method": "GET",
            "missing": ["catalog.add_part"],
        }

    def test_holds_nothing_of_the_body(self, client_of: ClientOf, general: User) -> None:
        client_of(general).post("/admin/catalog/part/add/", {"name_en": "hush"})

        [entry] = denials()
        assert "hush" not in str(entry.details)

    @pytest.mark.django_db(transaction=True)
    def test_outlives_the_transaction_that_was_refused(
        self, client_of: ClientOf, administrator: User, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def refuse(*args: object, **kwargs: object) -> HttpResponse:
            CategoryFactory.create(name_en="Never")
            raise PermissionDenied

        monkeypatch.setattr("core.admin.InventoryAdmin.save_model", refuse)

        response = client_of(administrator).post(
            "/admin/catalog/category/add/", {"name_en": "New", "name_ja": "", "description": ""}
        )

        assert response.status_code == 403
        assert len(denials()) == 1
        assert not AuditEntry.objects.filter(object_label__contains="Never").exists()
