"""Users and roles in the admin."""

import pytest
from django.urls import reverse

from access.models import User
from tests.webapp.cast import ClientOf
from tests.webapp.factories import LocationFactory, PartFactory, line, receive

pytestmark = pytest.mark.django_db


class TestDeletingAUser:
    def test_is_refused_with_the_reason_once_work_was_recorded(
        self, administrator: User, storekeeper: User, client_of: ClientOf
    ) -> None:
        receive(line(PartFactory.create(), LocationFactory.create(), 5), by=storekeeper)
        address = reverse("admin:access_user_delete", args=[storekeeper.pk])

        answer = client_of(administrator).post(address, {"post": "yes"}, follow=True)

        assert "work was recorded under this name" in answer.content.decode()
        assert User.objects.filter(pk=storekeeper.pk).exists()

    def test_deletes_who_recorded_nothing(
        self, administrator: User, outsider: User, client_of: ClientOf
    ) -> None:
        address = reverse("admin:access_user_delete", args=[outsider.pk])

        client_of(administrator).post(address, {"post": "yes"})

        assert not User.objects.filter(pk=outsider.pk).exists()


def test_a_role_shows_its_rights_in_words(administrator: User, client_of: ClientOf) -> None:
    [group] = administrator.groups.all()

    answer = client_of(administrator).get(reverse("admin:auth_group_change", args=[group.pk]))

    assert "Stock movements: view, receive, issue, transfer, take stock, correct" in (
        answer.content.decode()
    )
