"""Pages can be read by screen readers, worked with by keyboard alone, and used on a tablet."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

from access.models import User
from audit.models import AuditEntry
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
    "access_my_rights",
]
ACCOUNT = ["account_change_password", "mfa_index", "usersessions_list"]
SIGNED_OUT = ["account_login", "account_reset_password"]
# An address that is not there, and one that a reader may not open.
REFUSED = ["/admin/nowhere/", "/admin/stock/stockmovement/receive/"]
# Wider than the page: what a finger would have to push about. Tables scroll by themselves.
TOO_WIDE = """() => {
  const wide = document.documentElement.scrollWidth - window.innerWidth;
  return wide > 0 ? `${location.pathname} is ${wide} px too wide` : "";
}"""


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_have_no_serious_finding(
    language: str, sign_in: SignIn, imported: None, administrator: User, stock_of: StockOf
) -> None:
    stock_of(Part.objects.filter(tracking="none")[0], 5)
    page = sign_in(administrator, language=language)

    found = []
    for address in addresses(page):
        page.goto(address)
        found += serious_findings(page)

    if found:
        pytest.fail("\n".join(found))


def test_pages_before_signing_in_and_of_refusals_have_none(
    sign_in: SignIn, imported: None, general: User, browser: Browser, live_server: LiveServer
) -> None:
    page = sign_in(general)
    found = []
    for address in REFUSED:
        page.goto(live_server.url + address)
        found += serious_findings(page)
    signed_out = browser.new_page()
    for name in SIGNED_OUT:
        signed_out.goto(live_server.url + reverse(name))
        found += serious_findings(signed_out)
    signed_out.close()

    if found:
        pytest.fail("\n".join(found))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_pages_fit_a_tablet(
    language: str, sign_in: SignIn, imported: None, administrator: User, stock_of: StockOf
) -> None:
    stock_of(Part.objects.filter(tracking="none")[0], 5)
    page = sign_in(administrator, language=language, width=800)

    wide = []
    for address in addresses(page):
        page.goto(address)
        wide.append(page.evaluate(TOO_WIDE))

    assert [said for said in wide if said] == []


def addresses(page: Page) -> list[str]:
    """Every list, form and page that an administrator works with."""
    root = page.url.removesuffix("/admin/")
    rows = [
        reverse(
            f"admin:{model._meta.app_label}_{model._meta.model_name}_change",
            args=[model._default_manager.order_by("pk")[0].pk],
        )
        for model in (Part, Category, Supplier, User, AuditEntry)
    ]
    person = User.objects.order_by("pk")[0].pk
    return [
        *side_bar(page),
        *(root + reverse(f"admin:{name}") for name in FORMS),
        *(root + reverse(name) for name in ACCOUNT),
        *(root + address for address in rows),
        root + reverse("admin:access_user_rights", args=[person]),
        root + reverse("admin:audit_life", args=["access.user", person]),
    ]
