"""What all users share: an account of their own, signing in, thinking, and looking things up."""

import random
import time
from collections.abc import Mapping
from typing import Any, ClassVar
from urllib.parse import urlencode

from locust import between
from locust.contrib.fasthttp import FastHttpUser
from locust.exception import RescheduleTask, StopUser

from loadtest.browser import ADMIN, Browser
from loadtest.data import Data
from loadtest.mix import think_time
from loadtest.names import Booked, Page
from loadtest.recording import RECORDER, SHAPE

DATA = Data.from_environment()
THINK = think_time(SHAPE)

PARTS = f"{ADMIN}catalog/part/"
ORDERS = f"{ADMIN}purchasing/purchaseorder/"
MOVEMENTS = f"{ADMIN}stock/stockmovement/"
STATUSES = ("out", "low", "enough")


class InventoryUser(FastHttpUser):
    """A person at a desk, signed in all day."""

    abstract = True
    wait_time = between(*THINK)
    insecure = False  # a certificate that does not fit is a failure
    network_timeout = 60.0
    work: ClassVar[str]

    def on_start(self) -> None:
        self.person = DATA.next_person(self.work)
        self.browser = Browser(self.client, self.person, self.host or "")
        # Locust lets all who come within a second begin at its stroke; people do not.
        time.sleep(random.random())  # noqa: S311 - no secret
        try:
            self.browser.sign_in()
        except RescheduleTask as error:
            raise StopUser(f"{self.person.name} cannot sign in: {error}") from error
        self.booked(Booked.SIGNED_IN)
        if SHAPE == "smoke":
            self.do_everything_once()

    def do_everything_once(self) -> None:
        """In the order in which the tasks stand, so that a smoke test leaves no page out."""
        tasks: dict[Any, None] = dict.fromkeys(self.tasks)
        for task in tasks:
            try:
                task(self)
            except RescheduleTask:
                continue  # counted with the request that failed
            except Exception as error:  # noqa: BLE001 - the next task may well be possible
                RECORDER.mishap(f"{type(error).__name__}: {error}")
            self.think()

    def think(self) -> None:
        """As between two tasks: somebody reads a page, or fills in a form."""
        time.sleep(random.uniform(*THINK))  # noqa: S311 - Locust lets others work meanwhile

    def booked(self, what: Booked, count: int = 1) -> None:
        RECORDER.booked(what.value, count)

    def choose(self, things: list[Any]) -> Any:
        return random.choice(things)  # noqa: S311 - no secret

    # --- What everybody does: look things up ----------------------------------------------

    def dashboard(self) -> None:
        self.browser.see(Page.DASHBOARD, ADMIN, "figures-tile")

    def browse_parts(self) -> None:
        """The list, and a later page of it."""
        page = self.browser.whole_list(Page.PARTS, PARTS)
        if 'href="?p=2"' in page:
            self.think()
            self.browser.see(Page.PARTS_DEEP, f"{PARTS}?p=2", rows=True)

    def find_number(self) -> None:
        """By number, and on to the part."""
        part = self.choose(DATA.everybody["parts"])
        address = f"{PARTS}{part['id']}/change/"
        self.browser.see(Page.PARTS_NUMBER, f"{PARTS}?q={part['number']}", address, rows=True)
        self.think()
        self.browser.see(Page.PART, address, part["number"], "part-panel")

    def find_word(self) -> None:
        """By a word of its name, in one of the two languages whatever that of the pages is."""
        part = self.choose(DATA.everybody["parts"])
        self.browser.see(Page.PARTS_WORD, f"{PARTS}?{query(q=self._word(part))}", rows=True)

    def filter_category(self) -> None:
        part = self.choose(DATA.everybody["parts"])
        address = f"{PARTS}?{query(category=part['category'])}"
        self.browser.see(Page.PARTS_CATEGORY, address, rows=True)

    def filter_status(self) -> None:
        """Any of the three may be empty; the page is then no failure, but still a page."""
        status = self.choose(list(STATUSES))
        self.browser.see(Page.PARTS_STATUS, f"{PARTS}?status={status}", f"status={status}")

    def look_at_orders(self) -> None:
        """The list, and those of a state."""
        self.browser.whole_list(Page.ORDERS, ORDERS)
        self.think()
        self.browser.see(Page.ORDERS_STATE, f"{ORDERS}?state=ordered", rows=True)

    def _word(self, part: Mapping[str, str]) -> str:
        named = [name for name in (part["ja"], part["en"]) if name]
        return search_word(self.choose(named))


def search_word(name: str) -> str:
    """What somebody types to find a name: its first word, or four characters without a space."""
    first = name.split(maxsplit=1)[0]
    return first if first.isascii() else first[:4]


def query(**fields: Any) -> str:
    return urlencode(fields)
