"""The pages of rights: somebody's, to look at or to decide about, and one's own."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.forms import BoundField
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from access.effective import Kind, Right, rights_of
from access.forms import RightsForm
from access.granting import change_rights, rights_now
from access.guards import MANAGE_RIGHTS, check_not_above, check_not_self
from access.models import User
from access.roles import role_name
from core.errors import BusinessError
from core.pages import page_context, requires, user_of
from core.permissions import MissingRightError


@dataclass(frozen=True)
class Row:
    """A right, and the field that decides about it, if it can be decided about here."""

    right: Right
    field: BoundField | None


@requires()  # one's own rights are no secret
def mine(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """What I may do, and why."""
    user = user_of(request)
    return _shown(model_admin, request, user, rights_of(user), title=_("My rights"), own=True)


@requires("access.view_user")
def show(model_admin: "ModelAdmin[Any]", request: HttpRequest, pk: int) -> HttpResponse:
    """What the user may do; who may, decides about it here."""
    user: User = get_object_or_404(model_admin.get_queryset(request), pk=pk)
    by = user_of(request)
    kinds = rights_of(user)
    title = _("Rights of %(user)s") % {"user": user}
    refusal = _refusal(user, by)
    if request.method == "POST" and not by.has_perm(MANAGE_RIGHTS):
        raise MissingRightError(MANAGE_RIGHTS)
    if refusal or not by.has_perm(MANAGE_RIGHTS):
        if request.method == "POST":
            messages.error(request, refusal)
        return _shown(model_admin, request, user, kinds, title=title, refusal=refusal)
    form = RightsForm(request.POST or None, user=user, by=by, kinds=kinds, now=rights_now(user))
    if request.method == "POST" and form.is_valid():
        try:
            changed = change_rights(
                user=user, wanted=form.wanted(), by=by, seen=form.cleaned_data["seen"]
            )
        except BusinessError as error:
            form.refuse(error)
        else:
            done = _("The rights of %(user)s are changed. They hold from now on.")
            text = done if changed else _("Nothing was changed for %(user)s.")
            messages.success(request, text % {"user": user})
            return redirect("admin:access_user_rights", user.pk)
    return _shown(model_admin, request, user, kinds, title=title, form=form)


def _refusal(user: User, by: User) -> str:
    """Why `by` decides nothing about `user`; empty if they may."""
    if not by.has_perm(MANAGE_RIGHTS):
        return ""
    try:
        check_not_self(user, by)
        check_not_above(user, by)
    except BusinessError as error:
        return str(error)
    return ""


def _shown(
    model_admin: "ModelAdmin[Any]",
    request: HttpRequest,
    user: User,
    kinds: list[Kind],
    *,
    title: str,
    form: RightsForm | None = None,
    **extra: Any,
) -> HttpResponse:
    fields = form.rights if form else {}
    rows = [
        (
            kind.label,
            [
                Row(
                    right,
                    form[form.field_of(right.permission.pk)]
                    if form and right.permission.pk in fields
                    else None,
                )
                for right in kind.rights
            ],
        )
        for kind in kinds
    ]
    context = page_context(
        model_admin,
        request,
        title=title,
        shown=user,
        form=form,
        kinds=rows,
        role_names=[role_name(group.name) for group in user.groups.order_by("pk")],
        places=user.locations.all(),
        may_view_user=request.user.has_perm("access.view_user"),
        **extra,
    )
    return render(request, "access/rights.html", context)
