"""A browser as far as the test needs one: it asks, looks whether that was the answer, and fills in.

An answer without what it should show is a failure, whatever its status: the admin answers 200
with a form's errors, and leads to the sign-in page with 302.
"""

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http import HTTPStatus
from typing import Any

from locust.contrib.fasthttp import FastHttpSession
from locust.exception import RescheduleTask

from loadtest.data import Person
from loadtest.forms import read_form, refusals
from loadtest.names import Page

ADMIN = "/admin/"
SIGN_IN = "/account/login/"
CONFIRMED = re.compile(r'<li class="\*:mb-0!">\s*<div class="[^"]*bg-green-100')
ROW = 'class="data-row'
RESET = "_reset=1"
OURS = 'class="inventory-form"'
LOGIN_FORM = 'id="login-form"'


class Unexpected(Exception):  # noqa: N818  (a failure of the answer, not of the test)
    """The answer is not what it should be."""


class Browser:
    """One person's, with one session."""

    def __init__(self, client: FastHttpSession, person: Person, host: str) -> None:
        self.client = client
        self.person = person
        self.headers = {"Referer": f"{host.rstrip('/')}{ADMIN}", "Accept-Language": person.language}

    def see(
        self, name: Page, path: str, *shows: str, rows: bool = False, confirms: bool = False
    ) -> str:
        """A page of the admin for this person in their language, which shows all of this."""
        with self._ask(name, "GET", path) as answer:
            page = self._list(answer) if rows else self._page(answer)
            _expect(page, *shows)
            if confirms and not CONFIRMED.search(page):
                raise Unexpected("nothing was confirmed")
        return page

    def whole_list(self, name: Page, path: str) -> str:
        """A list with all rows; one that comes back as it was left is reset first."""
        with self._ask(name, "GET", path) as answer:
            came_back = _header(answer, "Location").startswith(f"{path}?")
            if not came_back:
                return self._list(answer)
            answer.request_meta["name"] = Page.LIST_LEFT.value
        with self._ask(Page.LIST_RESET, "GET", f"{path}?{RESET}") as answer:
            if _header(answer, "Location") != path:
                raise Unexpected(f"it leads to {_header(answer, 'Location') or 'nowhere'}")
        return self.see(name, path, rows=True)

    def fill_in(
        self, name: Page, path: str, page: str, fields: Mapping[str, Any], marked: str = OURS
    ) -> str:
        """Send the form of a page; the address it leads to. Any other answer is no success."""
        with self._ask(name, "POST", path, _filled(page, marked, fields)) as answer:
            if answer.status_code != HTTPStatus.FOUND:
                raise Unexpected(_why_refused(answer))
            leads_to = _header(answer, "Location")
            if SIGN_IN in leads_to:
                raise Unexpected("it asks to sign in")
        return leads_to

    def review(
        self, name: Page, path: str, page: str, fields: Mapping[str, Any], shows: str
    ) -> str:
        """Send the form of a page that answers with a page, not with another address."""
        with self._ask(name, "POST", path, _filled(page, OURS, fields)) as answer:
            reviewed = self._page(answer)
            _expect(reviewed, shows)
        return reviewed

    def download(self, name: Page, path: str, shows: str) -> None:
        """A CSV with a header and at least one row that holds this."""
        with self._ask(name, "GET", path) as answer:
            _expect_kind(answer, "text/csv")
            if shows not in "\n".join(answer.text.splitlines()[1:]):
                raise Unexpected(f"the file has no row with {shows}")

    def ask(self, name: Page, path: str, shows: str) -> None:
        """What a script of a page asks for: JSON."""
        with self._ask(name, "GET", path) as answer:
            _expect_kind(answer, "application/json")
            _expect(answer.text, shows)

    def form(self, page: str) -> dict[str, str]:
        """The fields of a page's form as they are filled already."""
        return read_form(page, OURS)

    def first_row(self, page: str, beneath: str) -> str:
        """The address that the first row of a list leads to."""
        found = re.search(rf'href="({re.escape(beneath)}\d+/change/)', page)
        if found is None:
            raise LookupError(f"no row leads to a page beneath {beneath}")
        return found[1]

    def sign_in(self) -> None:
        """By typing, as everybody does."""
        path = f"{SIGN_IN}?next={ADMIN}"
        with self._ask(Page.SIGN_IN_FORM, "GET", path) as answer:
            _expect_kind(answer, "text/html")
            _expect(answer.text, LOGIN_FORM)
            form = answer.text
        typed = {"login": self.person.name, "password": self.person.password, "next": ADMIN}
        leads_to = self.fill_in(Page.SIGN_IN, SIGN_IN, form, typed, LOGIN_FORM)
        self.see(Page.DASHBOARD, leads_to, "figures-tile")

    # --- How it is done -------------------------------------------------------------------

    @contextmanager
    def _ask(
        self, name: Page, method: str, path: str, sent: Mapping[str, str] | None = None
    ) -> Iterator[Any]:
        """One request; what is not as expected fails it, and ends the task.

        What would follow in the task would be about something that did not happen.
        """
        failed: Unexpected | None = None
        with self.client.request(
            method,
            path,
            name=name.value,
            data=None if sent is None else dict(sent),
            headers=self.headers,
            catch_response=True,
            allow_redirects=False,
        ) as answer:
            try:
                yield answer
            except Unexpected as error:
                failed = error
                answer.failure(error)
        if failed is not None:
            raise RescheduleTask(str(failed))

    def _page(self, answer: Any) -> str:
        """
        :raises Unexpected: if it is no page, another person's, or in another language
        """
        if answer.status_code == HTTPStatus.FOUND:
            raise Unexpected(f"it leads to {_header(answer, 'Location')}")
        _expect_kind(answer, "text/html")
        page: str = answer.text
        if f'<html lang="{self.person.language}"' not in page:
            raise Unexpected(f"the page is not in the language {self.person.language}")
        if self.person.name not in page:
            raise Unexpected(f"the page is not that of {self.person.name}")
        if not page.rstrip().endswith("</html>"):
            raise Unexpected("the page is cut off")
        return page

    def _list(self, answer: Any) -> str:
        page = self._page(answer)
        if ROW not in page:
            raise Unexpected("the list is empty")
        return page


def _header(answer: Any, name: str) -> str:
    return str(answer.headers.get(name, "")) if answer.headers else ""


def _expect_kind(answer: Any, kind: str) -> None:
    if answer.status_code != HTTPStatus.OK:
        raise Unexpected(
            f"status {answer.status_code}" if answer.status_code else _no_answer(answer)
        )
    if not _header(answer, "Content-Type").startswith(kind):
        raise Unexpected(f"{_header(answer, 'Content-Type')} instead of {kind}")


def _expect(page: str, *shows: str) -> None:
    for text in shows:
        if text not in page:
            raise Unexpected(f"the page does not show {text}")


def _filled(page: str, marked: str, fields: Mapping[str, Any]) -> dict[str, str]:
    return read_form(page, marked) | {name: str(value) for name, value in fields.items()}


def _why_refused(answer: Any) -> str:
    """Form errors come with the status of success."""
    if not answer.status_code:
        return _no_answer(answer)
    said = refusals(answer.text) if answer.status_code == HTTPStatus.OK else ""
    return f"not recorded, status {answer.status_code}: {said or 'no reason given'}"


def _no_answer(answer: Any) -> str:
    """Without the address, so that a hundred refused connections are one line of the report."""
    return f"no answer: {type(answer.error).__name__}"
