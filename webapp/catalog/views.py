"""Pictures of parts, for those who may see parts."""

import mimetypes

from django.contrib.auth.decorators import login_required, permission_required
from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.http import require_safe

LONGEST_NAME = 200


@require_safe
@login_required
@permission_required("catalog.view_part", raise_exception=True)
def picture(request: HttpRequest, name: str) -> FileResponse:
    """The file from the storage, to be kept by the browser: its name changes with its content.

    The storage itself refuses names that lead out of it.
    """
    stored = f"parts/{name}"
    if len(name) > LONGEST_NAME:
        raise Http404
    try:
        file = default_storage.open(stored)
    except (FileNotFoundError, IsADirectoryError, ValueError):  # names that no file can have
        raise Http404(stored) from None
    kind, _encoding = mimetypes.guess_type(stored)
    response = FileResponse(file, content_type=kind or "application/octet-stream")
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response
