"""Who may do what to whose account: nobody rises above themselves, nor makes others rise.

Who could set the password or the mail address of somebody with more rights could sign in as that
person; so the rules are the same for everything that is done to an account. `by` is None where
the system itself acts: commands, and jobs.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager

from django.db import IntegrityError, connection, models, transaction
from django.db.models import ManyToOneRel
from django.utils.translation import gettext as _

from access.effective import held
from access.errors import (
    BeyondOwnRightsError,
    LastAdministratorError,
    OwnRightsError,
    WorkRecordedError,
)
from access.labels import rights_in_words
from access.models import User
from access.roles import EVERY, Role
from core.permissions import MissingRightError
from stock.models import Location
from stock.places import Reach

LAST_ADMINISTRATOR = "access_last_administrator"
MANAGE_RIGHTS = "access.change_user"


def check_right(by: User | None, *permissions: str) -> None:
    """:raises MissingRightError: naming what is missing"""
    missing = [name for name in permissions if by is not None and not by.has_perm(name)]
    if missing:
        raise MissingRightError(*missing)


def check_not_self(user: User, by: User | None) -> None:
    if by is not None and user.pk == by.pk:
        raise OwnRightsError(
            _(
                "Nobody changes their own rights, roles, locations or the mark “active”. "
                "Ask another administrator."
            )
        )


def check_not_above(user: User, by: User | None) -> None:
    """Refuse to touch the account of somebody who may do more, or at more places."""
    if by is None or by.is_superuser or user.pk == by.pk:
        return
    if user.is_superuser:
        raise BeyondOwnRightsError(
            _("%(user)s may do everything. Only somebody who may do so too can change this user.")
            % {"user": user}
        )
    # A right that governs nothing takes nothing over.
    if more := (held(user) & EVERY) - held(by):
        raise BeyondOwnRightsError(
            _(
                "%(user)s has rights that you do not have: %(rights)s. Ask somebody who has them "
                "to make the change."
            )
            % {"user": user, "rights": rights_in_words(more)}
        )
    check_places(by, user.locations.values_list("pk", flat=True), what=str(user))


def check_gives(names: Collection[str], by: User | None) -> None:
    """Refuse to give what one does not have."""
    if by is not None and (more := set(names) - held(by)):
        raise BeyondOwnRightsError(
            _(
                "You cannot give what you do not have yourself: %(rights)s. Ask somebody who has "
                "these rights."
            )
            % {"rights": rights_in_words(more)}
        )


def check_denies(names: Collection[str], by: User | None) -> None:
    """Refuse to deny what one does not have: that, too, is deciding about it."""
    if by is not None and (more := set(names) - held(by)):
        raise BeyondOwnRightsError(
            _("You can deny only what you may do yourself, and not: %(rights)s.")
            % {"rights": rights_in_words(more)}
        )


def check_places(by: User | None, locations: Collection[int], *, what: str) -> None:
    """Who works at some places only decides about people of these places."""
    reach = Reach(by)
    if not reach.is_limited:
        return
    there = Location.objects.filter(pk__in=list(locations))
    if not there or not all(map(reach.includes, there)):
        raise BeyondOwnRightsError(
            _(
                "%(user)s would work, or works, at more places than you: you work only at "
                "%(places)s. Ask somebody who works everywhere."
            )
            % {"user": what, "places": reach.names}
        )


def check_no_work(user: User) -> None:
    """What was recorded under a name keeps it."""
    for relation in user._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel) or relation.on_delete is not models.PROTECT:
            continue
        recorded = relation.related_model._default_manager.filter(**{relation.field.name: user})
        if recorded.exists():
            raise WorkRecordedError(
                _(
                    "%(user)s cannot be deleted: work was recorded under this name. "
                    "Take the mark “active” from the user instead."
                )
                % {"user": user}
            )


# --- The last administrator -------------------------------------------------------------------


def administrators() -> "models.QuerySet[User]":
    """Who can give rights; the database knows them in the same way (``guard_sql``)."""
    manages = models.Q(groups__name=Role.ADMINISTRATOR.value) & ~models.Q(
        denied_permissions__content_type__app_label="access",
        denied_permissions__codename="change_user",
    )
    return User.objects.filter(models.Q(is_superuser=True) | manages, is_active=True).distinct()


def check_not_last(user: User) -> None:
    """Before asking "are you sure"; the database has the last word."""
    found = administrators()
    if found.filter(pk=user.pk).exists() and not found.exclude(pk=user.pk).exists():
        raise _last_administrator()


@contextmanager
def one_administrator_stays() -> Iterator[None]:
    """A transaction in which accounts change, one after the other.

    Two administrators who take the role from one another at the same moment wait here, and the
    database lets the first of them do it.
    """
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT access_one_change_at_a_time()")
            yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        if getattr(diagnosis, "constraint_name", "") != LAST_ADMINISTRATOR:
            raise
        raise _last_administrator() from error


def _last_administrator() -> LastAdministratorError:
    return LastAdministratorError(
        _(
            "This is the last active administrator: nobody could give rights any more. Make "
            "somebody else an administrator first."
        )
    )
