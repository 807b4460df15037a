"""General users: they only look whether something is there."""

from locust import task

from loadtest.mix import weight_of
from loadtest.recording import SHAPE
from loadtest.users.base import InventoryUser


class GeneralUser(InventoryUser):
    work = "general"
    weight = weight_of(work, SHAPE)

    @task(25)
    def search_word(self) -> None:
        self.find_word()

    @task(25)
    def search_number(self) -> None:
        self.find_number()

    @task(15)
    def browse(self) -> None:
        self.browse_parts()

    @task(10)
    def category(self) -> None:
        self.filter_category()

    @task(10)
    def status(self) -> None:
        self.filter_status()

    @task(10)
    def overview(self) -> None:
        self.dashboard()

    @task(5)
    def orders(self) -> None:
        self.look_at_orders()
