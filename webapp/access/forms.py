"""Forms about people: accounts, passwords for others, and the rights of one user."""

from typing import Any

from django import forms
from django.contrib.auth.models import Group
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget

from access import people
from access.effective import Kind, Right, held, name_of
from access.granting import Rights
from access.guards import check_gives, check_not_above, check_not_last
from access.models import User
from access.roles import role_name
from core.errors import BusinessError
from core.widgets import SearchSelectMultiple
from stock.models import Location

ROLES, ALLOW, DENY = "roles", "allow", "deny"
# Three states of a single right.
DECISIONS = [
    (ROLES, pgettext_lazy("right", "as the roles say")),
    (ALLOW, pgettext_lazy("right", "give")),
    (DENY, pgettext_lazy("right", "deny")),
]


def role_choice_widget() -> UnfoldAdminCheckboxSelectMultipleWidget:
    return UnfoldAdminCheckboxSelectMultipleWidget()


class RolesField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]  # as below
    """Groups by the names of the roles."""

    def label_from_instance(self, obj: Any) -> str:
        return role_name(obj.name)


class UserAddForm(UserCreationForm):
    """A new account with its roles; `by` is set for each request."""

    by: User | None = None

    def clean_groups(self) -> Any:
        groups = self.cleaned_data["groups"]
        names = {
            name_of(permission)
            for group in groups
            for permission in group.permissions.select_related("content_type")
        }
        check_gives(names, self.by)
        return groups


class UserDetailsForm(UserChangeForm):
    """An account; roles, rights and places are decided on the page of rights."""

    by: User | None = None

    def clean(self) -> Any:
        data = super().clean()
        check_not_above(User.objects.get(pk=self.instance.pk), self.by)
        return data

    def clean_is_active(self) -> bool:
        active: bool = self.cleaned_data["is_active"]
        if not active:
            check_not_last(self.instance)
        return active


class PasswordForm(AdminPasswordChangeForm):
    """A password for somebody else."""

    def __init__(self, user: User, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(user, *args, **kwargs)  # type: ignore[arg-type]  # unfold names Django's
        self.by, self.account = by, user

    def save(self, commit: bool = True) -> User:
        usable = self.cleaned_data.get("set_usable_password", True)
        password = self.cleaned_data["password1"] if usable else None
        people.set_password(user=self.account, password=password, by=self.by)
        return self.account


class RightsForm(forms.Form):
    """Roles, places, and for each right whether it is given or denied singly.

    What `by` cannot decide about is not asked for, and stays as it is.
    """

    roles = RolesField(Group.objects.none(), label=_("Roles"), required=False)
    locations = forms.ModelMultipleChoiceField(
        Location.objects.all(),
        label=_("Works only at"),
        required=False,
        help_text=_("With everything beneath. Empty: at all locations."),
        widget=SearchSelectMultiple(User, "locations", placeholder=_("Location")),
    )
    seen = forms.CharField(widget=forms.HiddenInput)

    def __init__(
        self, data: Any = None, *, user: User, by: User, kinds: list[Kind], now: Rights
    ) -> None:
        initial = {"roles": now.roles, "locations": now.locations, "seen": now.as_text()}
        super().__init__(data, initial=initial)
        self.now = now
        self._held = held(by)
        # What a superuser may do does not depend on single rights.
        decidable = [] if user.is_superuser else [r for kind in kinds for r in kind.rights]
        self.rights = {right.permission.pk: right for right in decidable if self._has(right)}
        roles = self._roles()
        self.fields["roles"].queryset = roles  # type: ignore[attr-defined]
        for pk, right in self.rights.items():
            self.fields[self.field_of(pk)] = forms.ChoiceField(
                label=right.label, choices=DECISIONS, initial=_decision(right), required=False
            )

    def _has(self, right: Right) -> bool:
        return right.name in self._held

    def _roles(self) -> Any:
        """Those whose every right one has, and those that the user has: they can be taken."""
        groups = Group.objects.prefetch_related("permissions__content_type")
        offered = [
            group.pk
            for group in groups
            if group.pk in self.now.roles
            or {name_of(permission) for permission in group.permissions.all()} <= self._held
        ]
        return Group.objects.filter(pk__in=offered).order_by("pk")

    @staticmethod
    def field_of(pk: int) -> str:
        return f"right_{pk}"

    def clean_seen(self) -> Rights:
        try:
            return Rights.from_text(self.cleaned_data["seen"])
        except ValueError:
            raise ValidationError(_("This page is outdated. Open it afresh.")) from None

    def wanted(self) -> Rights:
        """What was decided."""
        decided = {
            pk: self.cleaned_data[self.field_of(pk)] or _decision(right)
            for pk, right in self.rights.items()
        }
        offered = {group.pk for group in self.fields["roles"].queryset}  # type: ignore[attr-defined]
        return Rights(
            roles=_keys(self.cleaned_data["roles"]) | self.now.roles - offered,
            granted=self._decided(decided, ALLOW, self.now.granted),
            denied=self._decided(decided, DENY, self.now.denied),
            locations=_keys(self.cleaned_data["locations"]),
        )

    def _decided(self, decided: dict[int, str], what: str, now: frozenset[int]) -> frozenset[int]:
        chosen = frozenset(pk for pk, decision in decided.items() if decision == what)
        return chosen | now - decided.keys()

    def refuse(self, error: BusinessError) -> None:
        self.add_error(None, error)


def _decision(right: Right) -> str:
    return DENY if right.denied else ALLOW if right.single else ROLES


def _keys(things: Any) -> frozenset[int]:
    return frozenset(thing.pk for thing in things)
