"""An export is of the rows that were asked for, or of none."""

import pytest
from django.urls import reverse

from access.models import User
from tests.webapp.cast import ClientOf
from tests.webapp.factories import PartFactory


@pytest.mark.django_db
@pytest.mark.parametrize("query", ["nobody_knows_this=1", "id__gt=many"])
def test_a_filter_that_the_list_does_not_know_exports_nothing(
    query: str, buyer: User, client_of: ClientOf
) -> None:
    PartFactory.create()
    address = reverse("admin:catalog_part_export", args=["csv"])

    answer = client_of(buyer).get(f"{address}?{query}", follow=True)

    assert answer.redirect_chain[0][0] == reverse("admin:catalog_part_changelist")
    assert "Nothing was exported" in answer.content.decode()
