"""A change form that notices when somebody else changed the same thing meanwhile."""

from typing import Any

from django.contrib.admin.options import TO_FIELD_VAR
from django.contrib.admin.utils import flatten_fieldsets, unquote
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from unfold.admin import ModelAdmin

from audit.kinds import Kind
from core.editing import merging, seen
from core.editing.authors import Author, Authors
from core.editing.forced import ForcedErrorsMixin

_CHANGED = "_changed_meanwhile"


class ConflictsMixin(ForcedErrorsMixin, ModelAdmin):
    """Nothing of somebody else's is overwritten unseen.

    The form carries what it showed. When it comes back, the row is locked and compared: if
    something is different nothing is saved, and the form returns with what changed, by whom,
    and the user's own entries on top. Saving again then works. A form without the field (made
    before a release) is saved as ever.
    """

    change_form_before_template = "inventory/editing.html"  # type: ignore[assignment]  # unfold: None

    def _changeform_view(
        self, request: HttpRequest, object_id: str | None, form_url: str, extra_context: Any
    ) -> HttpResponse:
        """Within the transaction that saves."""
        watched = (
            request.method == "POST"
            and object_id is not None
            and seen.FIELD in request.POST
            and not {"_saveasnew", TO_FIELD_VAR} & set(request.POST)
        )
        if watched and self.has_change_permission(request):
            answer = self._compare(request, unquote(str(object_id)))
            if answer is not None:
                return answer
        response: HttpResponse = super()._changeform_view(  # type: ignore[misc]  # Django's own
            request, object_id, form_url, extra_context
        )
        self._mark(request, response)
        return response

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        """Put what is shown now into the form."""
        whole = context.get("original")
        if whole is not None and self.has_change_permission(request, whole):
            kept = request.__dict__.get(seen.FIELD)
            if kept is None:
                kept = seen.of_page(
                    context["adminform"].form,
                    [inline.formset for inline in context["inline_admin_formsets"]],
                )
            context["seen_field"] = seen.FIELD
            context["seen"] = seen.signed(kept, whole)
            context["changed_meanwhile"] = request.__dict__.get(_CHANGED)
        response: HttpResponse = super().render_change_form(request, context, *args, **kwargs)
        return response

    # --- Comparing ---

    def _compare(self, request: HttpRequest, pk: str) -> HttpResponse | None:
        """Look at the row as it is now, and keep it so until the transaction ends."""
        model: type[models.Model] = self.model
        text = request.POST.get(seen.FIELD, "")
        try:
            key = self.opts.pk.to_python(pk)
        except ValidationError:
            return None
        before = seen.read(text, model=model, pk=key)
        if self.is_forced(request):  # nothing will be saved, and nobody is waited for
            request.__dict__[seen.FIELD] = before
            return None
        locked = model._base_manager.select_for_update(no_key=True).filter(pk=key).first()
        if locked is None:
            return None if before is None else self._gone(request, model(pk=key), before)
        whole = self.get_object(request, pk)
        if whole is None or not self.has_change_permission(request, whole):
            return None
        page = self._page(request, whole)
        current = seen.of_page(page.shown, page.formsets)
        request.__dict__[seen.FIELD] = current
        if before is None:
            self.force_error(request, _("It cannot be told whether somebody changed this "
                                        "meanwhile. Look at it, and save once more."))  # fmt: skip
        elif merging.differs(before, locked):
            result = merging.merged(page, before, whole, request)
            request.POST = result.data  # type: ignore[assignment]  # it has a setter
            request.__dict__[_CHANGED] = result
            self.force_error(
                request,
                _("Somebody else changed this after you opened it. Nothing was saved yet."),
            )
        return None

    def _page(self, request: HttpRequest, whole: models.Model) -> merging.Page:
        """The page's forms, as Django makes them, unbound and bound."""
        form_class = self.get_form(
            request,
            whole,
            change=True,
            fields=flatten_fieldsets(self.get_fieldsets(request, whole)),
        )
        formsets = []
        prefixes: dict[str, int] = {}
        for formset_class, inline in self.get_formsets_with_inlines(request, whole):
            prefix = formset_class.get_default_prefix()
            prefixes[prefix] = prefixes.get(prefix, 0) + 1
            if prefixes[prefix] != 1:
                prefix = f"{prefix}-{prefixes[prefix]}"
            if inline.has_change_permission(request, whole):
                formsets.append(
                    formset_class(
                        instance=whole, prefix=prefix, queryset=inline.get_queryset(request)
                    )
                )
        return merging.Page(
            shown=form_class(instance=whole),
            sent=form_class(request.POST, request.FILES, instance=whole),
            formsets=formsets,
        )

    def _mark(self, request: HttpRequest, response: HttpResponse) -> None:
        """Say at each field that two people want different things of it."""
        result: merging.Merged | None = request.__dict__.get(_CHANGED)
        context = getattr(response, "context_data", None)
        if result is None or not context or "adminform" not in context:
            return
        forms = [context["adminform"].form]
        for inline in context["inline_admin_formsets"]:
            forms += inline.formset.forms
        fields = {form.add_prefix(name): (form, name) for form in forms for name in form.fields}
        for difference in result.differences:
            if difference.yours is None or difference.html_name not in fields:
                continue
            form, name = fields[difference.html_name]
            form.add_error(
                name,
                _("Changed meanwhile to “%(now)s”. Your entry stands here; it is not saved yet.")
                % {"now": difference.now},
            )

    def _gone(self, request: HttpRequest, whole: models.Model, before: seen.Seen) -> HttpResponse:
        """Somebody deleted it: what was typed is shown, so that it can be entered anew."""
        form = self.get_form(request, None, change=True)(request.POST, request.FILES)
        author: Author | None = Authors(whole).of_event(Kind.DELETED, self.model, whole.pk)
        context = {
            **self.admin_site.each_context(request),
            "opts": self.opts,
            "title": _("Deleted meanwhile"),
            "author": author,
            "typed": merging.typed(form, before.values, self.model),
        }
        return TemplateResponse(request, "inventory/deleted_meanwhile.html", context, status=409)
