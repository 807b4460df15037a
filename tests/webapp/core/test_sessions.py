"""Sessions are read as Django keeps them, and none comes about by asking for one."""

from datetime import timedelta

import pytest
from django.conf import settings
from django.contrib.sessions.backends.base import UpdateError
from django.contrib.sessions.backends.db import SessionStore as DjangosSessionStore
from django.contrib.sessions.models import Session
from django.utils import timezone

from core.sessions import SessionStore

pytestmark = pytest.mark.django_db


def test_it_is_the_one_in_use() -> None:
    assert SessionStore.__module__ == settings.SESSION_ENGINE


def test_what_was_kept_is_read_back() -> None:
    kept = SessionStore()
    kept["shelf"] = "棚 3"
    kept.save()
    assert SessionStore(kept.session_key)["shelf"] == "棚 3"
    assert DjangosSessionStore(kept.session_key)["shelf"] == "棚 3"


def test_one_that_ended_is_empty_and_its_key_is_not_used_again() -> None:
    ended = SessionStore()
    ended["shelf"] = "3"
    ended.save()
    Session.objects.filter(pk=ended.session_key).update(
        expire_date=timezone.now() - timedelta(seconds=1)
    )
    asked = SessionStore(ended.session_key)
    assert "shelf" not in asked
    assert asked.session_key is None


def test_a_key_that_somebody_made_up_is_never_taken_over() -> None:
    asked = SessionStore("madeupbysomebodyelse000000000000")
    asked["shelf"] = "3"
    asked.save()
    assert asked.session_key != "madeupbysomebodyelse000000000000"
    assert Session.objects.filter(pk=asked.session_key).exists()


def test_data_that_nobody_signed_are_nothing() -> None:
    Session.objects.create(
        session_key="a" * 32,
        session_data="{}",
        expire_date=timezone.now() + timedelta(hours=1),
    )
    assert SessionStore("a" * 32).load() == {}


def test_what_is_written_again_is_kept() -> None:
    kept = SessionStore()
    kept["shelf"] = "3"
    kept.save()
    again = SessionStore(kept.session_key)
    again["shelf"] = "4"
    again.set_expiry(60)
    again.save()

    assert DjangosSessionStore(kept.session_key)["shelf"] == "4"
    expires = Session.objects.get(pk=kept.session_key).expire_date
    assert timedelta(0) < expires - timezone.now() <= timedelta(seconds=60)


@pytest.mark.parametrize("was_read", [True, False])
def test_one_that_ended_meanwhile_does_not_come_back(was_read: bool) -> None:
    kept = SessionStore()
    kept["shelf"] = "3"
    kept.save()
    other = SessionStore(kept.session_key)
    if was_read:
        other.load()
        other["shelf"] = "4"
    kept.delete()

    with pytest.raises(UpdateError):
        other.save()
    assert not Session.objects.exists()
