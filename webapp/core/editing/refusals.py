"""What the database or a service refuses at the last moment is said on the form it came from."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from core.database_errors import BusyError, RefusedByDatabaseError, explained, trouble_of
from core.editing.forced import ForcedErrorsMixin
from core.errors import BusinessError

type View = Callable[[], HttpResponse]


class RefusalsMixin(ForcedErrorsMixin):
    """Adding, changing, deleting and actions: refused with a reason, and nothing typed is lost.

    Each of Django's views is one transaction, which has ended when the error arrives here.
    """

    def changeform_view(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        def view() -> HttpResponse:
            for file in request.FILES.values():
                file.seek(0)  # type: ignore[union-attr]  # one at a time
            response: HttpResponse = super(RefusalsMixin, self).changeform_view(
                request, *args, **kwargs
            )
            return response

        try:
            return tried(view)
        except BusinessError as error:
            if request.method != "POST":
                raise
            refusal = error.refusal if isinstance(error, RefusedByDatabaseError) else None
            fields = refusal.fields if refusal and refusal.model is self.model else ()
            self.force_error(request, str(error), fields)
            return view()

    def delete_view(
        self, request: HttpRequest, object_id: str, *args: Any, **kwargs: Any
    ) -> HttpResponse:
        view: Any = super().delete_view
        try:
            return tried(lambda: view(request, object_id, *args, **kwargs))
        except BusinessError as error:
            messages.error(request, str(error))
            name = f"admin:{self.opts.app_label}_{self.opts.model_name}_change"
            return HttpResponseRedirect(reverse(name, args=[object_id]))

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        """Bulk actions are not tried again by themselves: some are many transactions."""
        try:
            response: HttpResponse = super().changelist_view(request, extra_context)
        except DatabaseError as error:
            refused = explained(error)
            if request.method != "POST" or refused is None:
                raise
            messages.error(request, str(refused))
            return HttpResponseRedirect(request.get_full_path())
        except BusinessError as error:
            if request.method != "POST":
                raise
            messages.error(request, str(error))
            return HttpResponseRedirect(request.get_full_path())
        return response


def tried(view: View) -> HttpResponse:
    """The view's answer; who loses a deadlock is tried once more.

    :raises BusinessError: what a user can cause, in words
    """
    for last in (False, True):
        try:
            return view()
        except DatabaseError as error:
            trouble = trouble_of(error)
            if trouble and trouble.may_be_repeated and not last:
                continue
            refused = explained(error)
            if refused is None:
                raise
            raise refused from error
    raise BusyError("")  # pragma: no cover - the loop returns or raises
