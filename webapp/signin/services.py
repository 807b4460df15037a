"""Passwords, sessions and second factors of users, and what is recorded of them."""

from collections.abc import Iterable, Sequence

from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.db import transaction
from django.utils.translation import gettext as _

from access.errors import OwnRightsError
from access.guards import check_not_above
from access.models import User
from audit.kinds import Kind
from audit.recording import record
from signin.encryption import reencrypt
from signin.names import unknown


def require_new_password(user: User) -> None:
    """At the next sign-in, or with the next page, `user` has to choose a new password."""
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])


def choose_password(*, user: User, password: str) -> None:
    """Chosen by the user: no other one has to be chosen any more."""
    user.set_password(password)
    user.must_change_password = False
    user.save(update_fields=["password", "must_change_password"])


def note_asking(address: str, users: Sequence[User]) -> None:
    """For a new password by mail: also of who has no account, by as many words."""
    for user in users:
        record(Kind.PASSWORD_RESET_ASKED, subject=user, label=user.get_username())
    if not users:
        record(Kind.PASSWORD_RESET_ASKED, model="access.user", label=unknown(address))


def end_sessions(sessions: Iterable[UserSession], *, reason: str) -> int:
    """Whoever goes on with one of them is asked to sign in; returns how many there were."""
    users: dict[User, int] = {}
    for session in sessions:
        if session.exists():  # the list keeps for a while what ended otherwise
            users[session.user] = users.get(session.user, 0) + 1
        session.end()
    for user, number in users.items():
        record(Kind.SESSION_ENDED, subject=user, details={"reason": reason, "sessions": number})
    return sum(users.values())


def end_other_sessions(*, user: User, but: str | None, reason: str) -> int:
    """All sessions of `user` but the one with this key."""
    sessions = UserSession.objects.filter(user=user).exclude(session_key=but or "")
    return end_sessions(sessions.select_related("user"), reason=reason)


@transaction.atomic
def reset_second_factor(*, user: User, by: User | None) -> bool:
    """Remove the second factor of somebody who lost the device; says whether there was one.

    `by` is None on the command line.

    :raises OwnRightsError: for one's own, which has its own page
    :raises BeyondOwnRightsError: if the user has rights that `by` does not have
    """
    user = User.objects.select_for_update().get(pk=user.pk)
    if by is not None and user.pk == by.pk:
        raise OwnRightsError(_("Turn your own second factor off on the page of your account."))
    check_not_above(user, by)
    removed, _models = Authenticator.objects.filter(user=user).delete()
    if removed:
        record(Kind.SECOND_FACTOR_REMOVED, subject=user, details={"type": "all"})
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
