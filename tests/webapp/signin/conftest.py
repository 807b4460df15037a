"""Mail is caught, and waited for: it leaves behind the visitor's back."""

from collections.abc import Callable, Iterator
from concurrent.futures import Future

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.test import Client

from signin import mailing


@pytest.fixture
def client() -> Client:
    """A browser that asks for English."""
    return Client(headers={"accept-language": "en"})


type Outbox = Callable[[], list[EmailMessage]]


@pytest.fixture
def outbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Outbox]:
    """``outbox()``: all mail that was sent so far."""
    sent: list[Future[None]] = []
    send = mailing.send

    def noted(message: EmailMessage) -> Future[None]:
        sent.append(send(message))
        return sent[-1]

    monkeypatch.setattr(mailing, "send", noted)

    def arrived() -> list[EmailMessage]:
        for future in sent:
            future.result(timeout=10)
        return list(mail.outbox)

    yield arrived
    arrived()
