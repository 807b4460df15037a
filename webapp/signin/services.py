"""Passwords, sessions and second factors of users, and what is recorded of them."""

from collections.abc import Iterable

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction

from access.guards import check_not_above, check_not_self
from access.models import User
from audit.kinds import Kind
from audit.recording import record
from signin.encryption import reencrypt


def require_new_password(user: User) -> None:
    """At the next sign-in, or with the next page, `user` has to choose a new password."""
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])


def choose_password(*, user: User, password: str) -> None:
    """Chosen by the user: no other one has to be chosen any more."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])


def end_sessions(sessions: Iterable[UserSession], *, reason: str) -> int:
    """Whoever goes on with one of them is asked to sign in; returns how many there were."""
    ended = 0
    users: dict[User, int] = {}
    for session in sessions:
        session.end()
        users[session.user] = users.get(session.user, 0) + 1
        ended += 1
    for user, number in users.items():
        record(Kind.SESSION_ENDED, subject=user, details={"reason": reason, "sessions": number})
    return ended


def end_other_sessions(*, user: User, but: str | None, reason: str) -> int:
    """All sessions of `user` but the one with this key."""
    sessions = UserSession.objects.filter(user=user).exclude(session_key=but or "")
    return end_sessions(sessions.select_related("user"), reason=reason)


@transaction.atomic
def reset_second_factor(*, user: User, by: User) -> bool:
    """Remove the second factor of somebody who lost the device; says whether there was one.

    :raises OwnRightsError: for one's own, which has its own page
    :raises BeyondOwnRightsError: if the user has rights that `by` does not have
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    check_not_self(user, by)
    check_not_above(user, by)
    removed, _models = Authenticator.objects.filter(user=user).delete()
    if removed:
        record(Kind.SECOND_FACTOR_REMOVED, subject=user, details={"by": by.get_username()})
        end_other_sessions(user=user, but=None, reason="second factor removed")
    return bool(removed)


@transaction.atomic
def reencrypt_second_factors() -> int:
    """Take up a new first key of ``SECOND_FACTOR_KEYS``; returns how many were encrypted anew."""
    factors = Authenticator.objects.select_for_update().order_by("pk")
    for factor in factors:
        for name in ("secret", "seed"):
            if name in factor.data:
                factor.data[name] = reencrypt(factor.data[name])
        factor.save(update_fields=["data"])
    return len(factors)
