"""An auditor finds out what became of a part, and takes the log along."""

import csv
import io
from decimal import Decimal

import pytest
from playwright.sync_api import expect

from access.models import User
from audit.context import acting
from audit.kinds import Kind
from audit.models import AuditEntry
from tests.e2e.conftest import SignIn
from tests.webapp.factories import PartFactory

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize(("language", "width"), [("en", 1400), ("ja", 800)])
def test_filters_the_log_opens_the_life_of_a_part_and_exports_it(
    language: str,
    width: int,
    sign_in: SignIn,
    auditor: User,
    buyer: User,
    complaints: list[str],
) -> None:
    with acting(buyer, source="test"):
        part = PartFactory.create(number="MT-1", reorder_point=Decimal(10))
        part.reorder_point = Decimal(20)
        part.save(update_fields=["reorder_point"])
        PartFactory.create(number="XX-1")
    page = sign_in(auditor, language=language, width=width)

    page.goto(page.url + "audit/auditentry/")
    page.locator("#searchbar").fill("mt-1")
    page.keyboard.press("Enter")
    rows = page.locator("#result_list tbody tr")
    expect(rows).to_have_count(2)
    page.goto(f"{page.url}&person={buyer.pk}&kind={Kind.CHANGED.value}&model=catalog.part")
    expect(rows).to_have_count(1)
    expect(rows.first).to_contain_text("10 → 20")

    with page.expect_download() as download:
        if width < 1024:
            page.locator("[x-data*=showActions] > a").click()
        page.locator("a[href*='audit/auditentry/export/']").click()
    exported = download.value.path().read_text("utf-8-sig")
    [line] = csv.DictReader(io.StringIO(exported))
    assert (line["object_label"].split()[0], line["actor_name"]) == ("MT-1", buyer.username)

    rows.first.locator(".audit-life").click()
    page.wait_for_url("**/life/catalog.part/*/")
    expect(page.locator(".audit-head")).to_have_count(2)
    expect(page.locator(".audit-changes tbody td")).to_have_text(["10", "20"])
    page.locator(".audit-head a").first.click()
    expect(page.locator(".audit-status.is-whole")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")

    looks = AuditEntry.objects.filter(kind=Kind.AUDIT_READ, actor_id=auditor.pk).order_by("pk")
    told = [(entry.details or {})["page"] for entry in looks]
    assert told == ["list", "list", "list", "export", "life", "entry"]
    assert complaints == []
