"""The admin's own addresses for signing in and out, led to ours."""

from http import HTTPStatus
from urllib.parse import urlencode

from allauth.account.internal.flows.logout import logout
from allauth.account.views import PasswordResetView
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from signin.forms import AskForPasswordForm
from signin.services import note_asking


@never_cache
def to_sign_in(request: HttpRequest) -> HttpResponse:
    """Keeps where one wanted to go. Who is signed in, and sent here, may not go there."""
    target = request.GET.get(REDIRECT_FIELD_NAME, "")
    if request.user.is_authenticated and not request.user.is_staff:
        raise PermissionDenied
    query = f"?{urlencode({REDIRECT_FIELD_NAME: target})}" if target else ""
    return HttpResponseRedirect(reverse("account_login") + query)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """A link that others could make one follow signs nobody out."""
    logout(request)
    return HttpResponseRedirect(reverse("account_login"))


class AskForPasswordView(PasswordResetView):
    """allauth's page, that notes who asked."""

    def form_valid(self, form: AskForPasswordForm) -> HttpResponse:
        response: HttpResponse = super().form_valid(form)
        if response.status_code == HTTPStatus.FOUND:
            note_asking(form.cleaned_data["email"], form.users)
        return response


def to_password(request: HttpRequest) -> HttpResponse:
    return HttpResponseRedirect(reverse("account_change_password"))
