"""Auditors: they ask who did what, and whether the books add up."""

from datetime import date, timedelta

from locust import task

from loadtest.browser import ADMIN
from loadtest.mix import weight_of
from loadtest.names import Booked, Page
from loadtest.recording import SHAPE
from loadtest.users.base import DATA, MOVEMENTS, InventoryUser, query

AUDIT = f"{ADMIN}audit/auditentry/"


class Auditor(InventoryUser):
    work = "auditor"
    weight = weight_of(work, SHAPE)

    @task(15)
    def latest(self) -> None:
        """The log, and its newest entry in full."""
        page = self.browser.whole_list(Page.AUDIT, AUDIT)
        entry = self.browser.first_row(page, AUDIT)
        self.think()
        self.browser.see(Page.AUDIT_ENTRY, entry)

    @task(20)
    def search(self) -> None:
        """By what the entries are about."""
        part = self.choose(DATA.everybody["parts"])
        self.browser.see(Page.AUDIT_SEARCH, f"{AUDIT}?{query(q=part['number'])}")

    @task(15)
    def what_somebody_did(self) -> None:
        """Their own doings: at least they have signed in."""
        address = f"{AUDIT}?{query(person=self.person.name)}"
        self.browser.see(Page.AUDIT_PERSON, address, rows=True)

    @task(15)
    def movements_of_days(self) -> None:
        since = date.today() - timedelta(days=30)  # noqa: DTZ011 - a day of the desk
        address = f"{MOVEMENTS}?{query(occurred_at_from=since)}"
        self.browser.see(Page.MOVEMENTS_DAYS, address, rows=True)

    @task(10)
    def verifications(self) -> None:
        self.browser.see(Page.VERIFICATIONS, f"{ADMIN}stock/ledgerverification/")

    @task(10)
    def search_number(self) -> None:
        self.find_number()

    @task(10)
    def orders(self) -> None:
        self.look_at_orders()

    @task(5)
    def export(self) -> None:
        """The movements of a part, as a file."""
        number = self.choose(DATA.everybody["moved"])
        address = f"{MOVEMENTS}export/csv/?{query(q=number)}"
        self.browser.download(Page.EXPORT_MOVEMENTS, address, number)
        self.booked(Booked.EXPORTED)
