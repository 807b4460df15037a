"""Choosing the language."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import check_for_language
from django.views.decorators.http import require_POST
from django.views.i18n import set_language as django_set_language


@require_POST
def set_language(request: HttpRequest) -> HttpResponse:
    """Remember the language with the user, and in a cookie for the sign-in page."""
    language = request.POST.get("language", "")
    offered = language in dict(settings.LANGUAGES) and check_for_language(language)
    if request.user.is_authenticated and offered and request.user.language != language:
        request.user.language = language
        request.user.save(update_fields=["language"])
    return django_set_language(request)
