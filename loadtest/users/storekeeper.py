"""Storekeepers: they find parts, and book what comes and goes, on shelves of their own."""

import random
from typing import Any

from locust import task

from loadtest.browser import ADMIN
from loadtest.mix import weight_of
from loadtest.names import Booked, Page
from loadtest.recording import SHAPE
from loadtest.users.base import DATA, MOVEMENTS, ORDERS, PARTS, InventoryUser, query


class Storekeeper(InventoryUser):
    work = "storekeeper"
    weight = weight_of(work, SHAPE)

    @task(25)
    def issue(self) -> None:
        """What production asks for, from the place that the page offers."""
        part = self.my_part()
        page = self.open_entry("issue", Page.ISSUE_FORM, part)
        line = self.line(part) | {"lines-0-location": self.shelf}
        self.record("issue", Page.ISSUE, page, line, part)
        self.booked(Booked.ISSUE)
        self.see_recorded(part)

    @task(15)
    def receive(self) -> None:
        part = self.my_part()
        page = self.open_entry("receive", Page.RECEIVE_FORM, part)
        line = self.line(part) | {"lines-0-location": self.shelf}
        self.record("receive", Page.RECEIVE, page, line, part)
        self.booked(Booked.RECEIPT)
        self.see_recorded(part)

    @task(6)
    def transfer(self) -> None:
        part = self.my_part()
        page = self.open_entry("transfer", Page.TRANSFER_FORM, part)
        places = {"lines-0-location": self.shelf, "lines-0-to": self.person.slice["other"]}
        self.record("transfer", Page.TRANSFER, page, self.line(part) | places, part)
        self.booked(Booked.TRANSFER, 2)  # out of one place, into the other
        self.see_recorded(part)

    @task(4)
    def count(self) -> None:
        """Three parts of the shelf; one of them is one more or less than the books say."""
        address = f"{MOVEMENTS}stocktake/{self.shelf}/"
        page = self.browser.see(Page.COUNT_FORM, address, self.my_part()["number"])
        expected = self.browser.form(page)
        wrong = random.choice((-1, 1))  # noqa: S311 - no secret
        counts = {
            f"rows-{row}-counted": int(float(expected[f"rows-{row}-expected"]))
            + (wrong if row == 0 else 0)
            for row in range(3)
        }
        self.think()
        review = self.browser.review(
            Page.COUNT_REVIEW, address, page, counts | {"_review": 1}, 'name="_post"'
        )
        self.think()
        leads_to = self.browser.fill_in(Page.COUNT, address, review, {"_post": 1})
        self.booked(Booked.COUNTED)
        self.booked(Booked.STOCKTAKE)
        self.browser.see(Page.STOCKTAKE, leads_to, confirms=True)

    @task(3)
    def receive_order(self) -> None:
        """What a buyer placed, all of it; if nothing is on its way, a look at the orders."""
        order = DATA.orders.take("ordered")
        if order is None:
            self.look_at_orders()
            return
        address = f"{ORDERS}{order}/receive/"
        page = self.browser.see(Page.ARRIVAL_FORM, address, 'name="rows-0-quantity"')
        self.think()
        everything = self.browser.review(
            Page.ARRIVAL_FORM, address, page, {"_everything": 1}, 'name="_save"'
        )
        lines = int(self.browser.form(everything)["rows-TOTAL_FORMS"])
        self.think()
        leads_to = self.browser.fill_in(Page.ARRIVAL, address, everything, {"_save": 1})
        self.booked(Booked.RECEIVED)
        self.booked(Booked.ARRIVAL, lines)
        self.browser.see(Page.ORDER, leads_to, confirms=True)

    @task(12)
    def search_number(self) -> None:
        self.find_number()

    @task(10)
    def search_word(self) -> None:
        self.find_word()

    @task(8)
    def look_at_shelf(self) -> None:
        address = f"{ADMIN}stock/stocklevel/?{query(location=self.shelf)}"
        self.browser.see(Page.LEVELS, address, self.my_part()["number"], rows=True)

    @task(5)
    def look_at_movements(self) -> None:
        """All of them, then those of a part."""
        self.browser.whole_list(Page.MOVEMENTS, MOVEMENTS)
        self.think()
        number = self.my_part()["number"]
        self.browser.see(Page.MOVEMENTS_PART, f"{MOVEMENTS}?{query(q=number)}", number, rows=True)

    @task(5)
    def category(self) -> None:
        self.filter_category()

    @task(3)
    def browse(self) -> None:
        self.browse_parts()

    @task(3)
    def overview(self) -> None:
        self.dashboard()

    @task(1)
    def export(self) -> None:
        """The shelf as a file."""
        address = f"{ADMIN}stock/stocklevel/export/csv/?{query(location=self.shelf)}"
        self.browser.download(Page.EXPORT_LEVELS, address, self.my_part()["number"])
        self.booked(Booked.EXPORTED)

    # --- How ------------------------------------------------------------------------------

    @property
    def shelf(self) -> int:
        return int(self.person.slice["shelf"])

    def my_part(self) -> dict[str, Any]:
        part: dict[str, Any] = self.choose(self.person.slice["parts"])
        return part

    def open_entry(self, page: str, name: Page, part: dict[str, Any]) -> str:
        """The page, the part typed into its search field, and where it lies."""
        form = self.browser.see(name, f"{MOVEMENTS}{page}/", 'name="lines-0-part"')
        self.think()
        field = query(
            term=part["number"],
            app_label="stock",
            model_name="stockmovement",
            field_name="part",
        )
        self.browser.ask(Page.SEARCH_FIELD, f"{ADMIN}autocomplete/?{field}", part["number"])
        availability = f"{MOVEMENTS}availability/{part['id']}/"
        self.browser.ask(Page.AVAILABILITY, availability, f'"location": {self.shelf}')
        self.think()
        return form

    def line(self, part: dict[str, Any]) -> dict[str, Any]:
        return {
            "lines-0-part": part["id"],
            "lines-0-quantity": random.randint(1, 5),  # noqa: S311 - no secret
            "reason": "Load test",
            "_save": 1,
        }

    def record(
        self, page: str, name: Page, form: str, fields: dict[str, Any], part: dict[str, Any]
    ) -> None:
        leads_to = self.browser.fill_in(name, f"{MOVEMENTS}{page}/", form, fields)
        if leads_to != self.address_of(part):
            raise AssertionError(f"{name} led to {leads_to}, not to the part")

    def see_recorded(self, part: dict[str, Any]) -> None:
        """The part's page says so, and has the movement."""
        self.browser.see(Page.PART, self.address_of(part), part["number"], confirms=True)

    def address_of(self, part: dict[str, Any]) -> str:
        return f"{PARTS}{part['id']}/change/"
