"""Managers: they look at the whole, and approve what others drafted."""

from locust import task

from loadtest.mix import weight_of
from loadtest.names import Booked, Page
from loadtest.recording import SHAPE
from loadtest.users.base import DATA, ORDERS, InventoryUser, query


class Manager(InventoryUser):
    work = "manager"
    weight = weight_of(work, SHAPE)

    @task(35)
    def approve(self) -> None:
        """The list of what waits, the order, the decision; with nothing waiting, the list alone."""
        self.browser.see(Page.ORDERS_WAITING, f"{ORDERS}?waiting=yes")
        order = DATA.orders.take("draft")
        if order is None:
            return
        self.think()
        address = f"{ORDERS}{order}/approve/"
        page = self.browser.see(Page.ORDER, f"{ORDERS}{order}/change/", f'action="{address}"')
        self.think()
        leads_to = self.browser.fill_in(Page.APPROVE, address, page, {}, f'action="{address}"')
        shown = self.browser.see(Page.ORDER, leads_to, confirms=True)
        if f'href="{ORDERS}{order}/place/"' not in shown:
            raise AssertionError(f"order {order} was confirmed, and cannot be placed")
        self.booked(Booked.APPROVED)
        DATA.orders.hand_on("approved", order)

    @task(20)
    def overview(self) -> None:
        self.dashboard()

    @task(15)
    def orders(self) -> None:
        self.look_at_orders()

    @task(10)
    def what_is_short(self) -> None:
        self.filter_status()

    @task(10)
    def search_number(self) -> None:
        self.find_number()

    @task(5)
    def search_word(self) -> None:
        self.find_word()

    @task(5)
    def export(self) -> None:
        """What is ordered at a supplier, as a file."""
        number = self.choose(DATA.everybody["orders"])
        address = f"{ORDERS}export/csv/?{query(q=number)}"
        self.browser.download(Page.EXPORT_ORDERS, address, number)
        self.booked(Booked.EXPORTED)
