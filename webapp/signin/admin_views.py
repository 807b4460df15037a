"""The pages of ``signin.admin``: each checks its right and calls one service."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseNotAllowed,
    HttpResponseRedirect,
)
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from access.models import User
from audit.kinds import Kind
from audit.models import AuditEntry
from core.errors import BusinessError
from core.pages import page_context, requires, user_of
from signin import services
from signin.forms import UnlockForm
from signin.lockout import current_lockouts
from signin.lockout import unlock as unlock_account
from signin.models import SecondFactor

# What the page shows of failures; the audit log has all.
MOST_FAILURES = 50
RECENT = timedelta(days=7)


@requires("signin.view_signinfailure")
def failures(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """Locked out now, and what failed of late."""
    recent = AuditEntry.objects.filter(
        kind=Kind.SIGN_IN_FAILED, at__gte=timezone.now() - RECENT
    ).order_by("-pk")[:MOST_FAILURES]
    return render(
        request,
        "signin/failures.html",
        page_context(
            model_admin,
            request,
            title=_("Failed sign-ins"),
            lockouts=current_lockouts(),
            recent=recent,
            limit=settings.AXES_FAILURE_LIMIT,
            minutes=int(settings.AXES_COOLOFF_TIME.total_seconds() // 60),
            may_unlock=request.user.has_perm("signin.unlock_account"),
        ),
    )


@requires("signin.unlock_account")
def unlock(model_admin: "ModelAdmin[Any]", request: HttpRequest) -> HttpResponse:
    """One name from one address."""
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = UnlockForm(request.POST)
    if form.is_valid() and unlock_account(**form.cleaned_data):
        text = _("%(name)s can sign in again.") % {"name": form.cleaned_data["name"]}
        messages.success(request, text)
    else:
        messages.info(request, _("Nothing is locked there any more."))
    return HttpResponseRedirect(reverse("admin:signin_signinfailure_changelist"))


@requires("signin.reset_second_factor")
def remove_second_factor(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, user_id: int
) -> HttpResponse:
    """Of somebody who lost the device."""
    user = get_object_or_404(User, pk=user_id)
    if not SecondFactor.objects.filter(user=user).exists():
        raise Http404
    errors = []
    if request.method == "POST":
        try:
            services.reset_second_factor(user=user, by=user_of(request))
        except BusinessError as error:
            errors.append(str(error))
        else:
            text = _("%(name)s signs in by the password alone now.") % {"name": user}
            messages.success(request, text)
            return HttpResponseRedirect(reverse("admin:signin_secondfactor_changelist"))
    return render(
        request,
        "signin/remove_second_factor.html",
        page_context(
            model_admin,
            request,
            title=_("Remove the second factor of %(name)s") % {"name": user},
            person=user,
            errors=errors,
        ),
        status=403 if errors else 200,
    )
