"""What every page of ours in the admin shares: its rights, its context, its address."""

from collections.abc import Callable, Sequence
from functools import partial, update_wrapper, wraps
from typing import Any, Concatenate

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.urls import URLPattern, path
from django.utils.functional import Promise

from access.models import User
from core.permissions import MissingRightError

# A bigint has 19 digits; the largest of them do not fit.
LONGEST_ID = 19

type PageView[Admin: ModelAdmin[Any], **P, Response: HttpResponseBase] = Callable[
    Concatenate[Admin, HttpRequest, P], Response
]


def requires[Admin: ModelAdmin[Any], **P, Response: HttpResponseBase](
    *permissions: str,
) -> Callable[[PageView[Admin, P, Response]], PageView[Admin, P, Response]]:
    """Let only users in who have every one of the permissions.

    ``admin_site.admin_view`` alone lets in any staff user.
    """

    def decorate(view: PageView[Admin, P, Response]) -> PageView[Admin, P, Response]:
        @wraps(view)
        def checked(
            model_admin: Admin, request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs
        ) -> Response:
            missing = [name for name in permissions if not request.user.has_perm(name)]
            if missing:
                raise MissingRightError(*missing)
            return view(model_admin, request, *args, **kwargs)

        checked.required_permissions = permissions  # type: ignore[attr-defined]
        return checked

    return decorate


def page_at(
    model_admin: "ModelAdmin[Any]", address: str, view: Callable[..., HttpResponseBase], name: str
) -> URLPattern:
    """The address of a page of ours beneath a model's list; the view takes the model's admin."""
    bound = update_wrapper(partial(view, model_admin), view)
    return path(address, model_admin.admin_site.admin_view(bound), name=name)


def page_context(
    model_admin: "ModelAdmin[Any]", request: HttpRequest, *, title: "str | Promise", **extra: Any
) -> dict[str, Any]:
    """The context of a page beneath a model's list: side bar, breadcrumbs, title."""
    request.current_app = model_admin.admin_site.name
    return {
        **model_admin.admin_site.each_context(request),
        "model_admin": model_admin,
        "title": title,
        "content_title": title,
        **extra,
    }


def as_id(text: object) -> int | None:
    """The id of a row as an address carries it; None for what can be none."""
    written = str(text or "")
    return int(written) if written.isdecimal() and len(written) < LONGEST_ID else None


def as_ids(texts: Sequence[str], *, at_most: int) -> list[int]:
    """The ids among the first `at_most` texts."""
    return [pk for pk in map(as_id, texts[:at_most]) if pk is not None]


def user_of(request: HttpRequest) -> User:
    """Who is signed in; pages of the admin are open to nobody else."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
