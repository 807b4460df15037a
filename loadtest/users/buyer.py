"""Buyers: they see what is short, draft orders, and place what was approved."""

from locust import task

from loadtest.browser import ADMIN
from loadtest.mix import weight_of
from loadtest.names import Booked, Page
from loadtest.recording import SHAPE
from loadtest.users.base import DATA, ORDERS, PARTS, InventoryUser, query

LINES = 3


class Buyer(InventoryUser):
    work = "buyer"
    weight = weight_of(work, SHAPE)

    @task(8)
    def draft(self) -> None:
        """An order for three parts of the supplier, sent for approval."""
        mine = self.person.slice
        offers = mine["offers"][:LINES]
        parts = "&".join(query(part=offer["part"]) for offer in offers)
        address = f"{ORDERS}add/"
        page = self.browser.see(
            Page.DRAFT_FORM,
            f"{address}?{query(supplier=mine['supplier'])}&{parts}",
            f'name="lines-{len(offers) - 1}-quantity"',
        )
        self.think()
        fields = {"destination": mine["destination"], "notes": "Load test"}
        leads_to = self.browser.fill_in(Page.DRAFT, address, page, fields)
        self.booked(Booked.DRAFTED)
        shown = self.browser.see(Page.ORDER, leads_to, offers[0]["number"], confirms=True)
        order = int(leads_to.rstrip("/").split("/")[-2])
        self.think()
        ask = f"{ORDERS}{order}/request-approval/"
        leads_to = self.browser.fill_in(Page.ASK_APPROVAL, ask, shown, {}, f'action="{ask}"')
        self.booked(Booked.ASKED)
        self.browser.see(Page.ORDER, leads_to, confirms=True)
        DATA.orders.hand_on("draft", order)

    @task(6)
    def place(self) -> None:
        """What was approved goes to the supplier; if nothing was, a look at what waits."""
        order = DATA.orders.take("approved")
        if order is None:
            self.browser.see(Page.ORDERS_WAITING, f"{ORDERS}?waiting=yes")
            return
        address = f"{ORDERS}{order}/place/"
        page = self.browser.see(Page.PLACE_FORM, address, 'name="reference"')
        self.think()
        fields = {"reference": f"LT-{order}"}
        leads_to = self.browser.fill_in(Page.PLACE, address, page, fields)
        self.booked(Booked.PLACED)
        self.browser.see(Page.ORDER, leads_to, f"LT-{order}", confirms=True)
        DATA.orders.hand_on("ordered", order)

    @task(12)
    def what_is_short(self) -> None:
        self.filter_status()

    @task(8)
    def proposals(self) -> None:
        self.browser.see(Page.PROPOSALS, f"{ADMIN}purchasing/reorderproposal/?state=all", rows=True)

    @task(10)
    def orders(self) -> None:
        self.look_at_orders()

    @task(8)
    def find_order(self) -> None:
        """By its number, as a supplier names it on the telephone."""
        number = self.choose(DATA.everybody["orders"])
        self.browser.see(Page.ORDERS_NUMBER, f"{ORDERS}?{query(q=number)}", number, rows=True)

    @task(14)
    def search_number(self) -> None:
        self.find_number()

    @task(10)
    def search_word(self) -> None:
        self.find_word()

    @task(6)
    def supplier(self) -> None:
        supplier = self.choose(DATA.everybody["suppliers"])
        address = f"{ADMIN}catalog/supplier/{supplier}/change/"
        self.browser.see(Page.SUPPLIER, address, 'id="supplier_form"')

    @task(4)
    def category(self) -> None:
        self.filter_category()

    @task(3)
    def overview(self) -> None:
        self.dashboard()

    @task(1)
    def export(self) -> None:
        """What a category holds, as a file."""
        part = self.choose(DATA.everybody["parts"])
        address = f"{PARTS}export/csv/?{query(category=part['category'], q=part['number'])}"
        self.browser.download(Page.EXPORT_PARTS, address, part["number"])
        self.booked(Booked.EXPORTED)
