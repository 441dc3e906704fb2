"""Files over HTTP: what a form brought, and a stored file sent so that no browser runs it."""

from flask import Response
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.http import dump_options_header

from services.tasks.domain.errors import InvalidError
from services.tasks.usecases.files import Download

MOST_FILES = 10
_LOCKED_UP = "default-src 'none'; sandbox"


def given_files(files: "MultiDict[str, FileStorage]") -> list[FileStorage]:
    """Return the uploads named ``files``; an empty file field of a form is none.

    :raises InvalidError: when there are too many.
    """
    uploads = [upload for upload in files.getlist("files") if upload.filename]
    if len(uploads) > MOST_FILES:
        raise InvalidError("files", "error.too_many_files", n=MOST_FILES)
    return uploads


def sent_file(download: Download) -> Response:
    """Return a file as a download: never sniffed, never shown inside our pages' origin."""
    ref = download.ref
    response = Response(download.chunks, content_type=ref.content_type)
    response.content_length = ref.size
    response.headers["Content-Disposition"] = dump_options_header(
        "attachment", {"filename": ref.name}
    )
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = _LOCKED_UP
    response.headers["Cache-Control"] = "private, no-store"
    return response
