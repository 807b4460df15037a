"""Pages can be read by screen readers, worked with by keyboard alone, and used on a tablet."""

import pytest
from django.urls import reverse

from access.models import User
from catalog.models import Category, Part, Supplier
from tests.e2e.accessibility import serious_findings
from tests.e2e.conftest import SignIn, StockOf
from tests.e2e.test_pages import side_bar

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

# Besides the side bar's: forms, and what is behind a row.
FORMS = [
    "catalog_part_add",
    "catalog_category_add",
    "catalog_supplier_add",
    "stock_location_add",
    "access_user_add",
    "purchasing_purchaseorder_add",
    "purchasing_approvallimit_add",
    "stock_receive",
    "stock_issue",
    "stock_transfer",
    "stock_stocktake_start",
]


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_have_no_serious_finding(
    language: str,
    sign_in: SignIn,
    imported: None,
    administrator: User,
    stock_of: StockOf,
) -> None:
    stock_of(Part.objects.filter(tracking="none")[0], 5)
    page = sign_in(administrator, language=language)
    things = [Part, Category, Supplier, User]
    addresses = [
        *side_bar(page),
        *(page.url + reverse(f"admin:{name}").removeprefix("/admin/") for name in FORMS),
        *(
            page.url
            + reverse(
                f"admin:{model._meta.app_label}_{model._meta.model_name}_change",
                args=[model._default_manager.order_by("pk")[0].pk],
            ).removeprefix("/admin/")
            for model in things
        ),
    ]

    found = []
    for address in addresses:
        page.goto(address)
        found += serious_findings(page)

    if found:
        pytest.fail("\n".join(found))
