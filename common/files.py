"""How a stored file leaves the house: never run, never guessed at, and kept by no browser unless it is public."""

from __future__ import annotations

from django.db.models.fields.files import FieldFile
from django.http import FileResponse, Http404

from common.uploads import EXTENSIONS


def served(file: FieldFile, *, content_type: str, name: str = "", public: bool = False) -> FileResponse:
    """Return the file; images are shown, everything else is a download called `name`. Raises Http404 when it is gone.

    `public`: anybody may see it and browsers may keep it for a day.
    """
    try:
        content = file.open("rb")
    except OSError:
        raise Http404 from None
    response = FileResponse(
        content,
        as_attachment=not content_type.startswith("image/"),
        filename=name,
        content_type=content_type,
    )
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "public, max-age=86400" if public else "private, no-store"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def image_type(name: str) -> str:
    """The type of a stored picture by its ending, which `common.uploads` gave it; nothing a browser would run."""
    return next((kind for kind, ending in EXTENSIONS.items() if name.endswith(f".{ending}")), "image/jpeg")
