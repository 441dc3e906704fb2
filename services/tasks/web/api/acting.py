"""What every act of the API shares: the version seen, Idempotency-Key, the answer."""

import hashlib
from collections.abc import Callable, Sequence

from flask import Response, json, request
from werkzeug.datastructures import FileStorage

from services.tasks.usecases.idempotency import Answer
from services.tasks.web.auth import actor
from services.tasks.web.deps import deps

IDEMPOTENCY_HEADER = "Idempotency-Key"
_BLOCK = 1024 * 1024
KEY_PARAMETER = {
    "in": "header",
    "name": IDEMPOTENCY_HEADER,
    "schema": {"type": "string", "maxLength": 200},
    "description": "Sent again with the same body within 7 days: same answer, no new act.",
}
PARAMETERS = [
    {
        "in": "header",
        "name": "If-Match",
        "schema": {"type": "string"},
        "description": "Version seen, as the ETag gave it; also taken as `version` in the body.",
    },
    KEY_PARAMETER,
]


def answered(
    work: Callable[[], Answer],
    *,
    before: Callable[[], None] = lambda: None,
    files: Sequence[FileStorage] = (),
) -> Response:
    """Run an act once for its Idempotency-Key, or simply run it when there is none.

    :param before: stores the files, outside the act's transaction; left out when the answer is
        known already.
    """
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None:
        before()
        return _response(work())
    caller, fingerprint = actor().officer_id, _fingerprint(files)
    idempotency = deps().idempotency
    if files:
        kept = idempotency.earlier(caller, key, fingerprint)
        if kept is not None:
            return _response(kept)
        before()
    return _response(idempotency.once(caller, key, fingerprint, work))


def _response(answer: Answer) -> Response:
    response = Response(
        json.dumps(answer.body, ensure_ascii=False), answer.status, content_type="application/json"
    )
    if "version" in answer.body:
        response.headers["ETag"] = f'"{answer.body["version"]}"'
    if answer.replayed:
        response.headers["Idempotency-Replayed"] = "true"
    return response


def _fingerprint(files: Sequence[FileStorage]) -> bytes:
    """Return what makes two requests the same; a form's boundary differs each time."""
    start = f"{request.method} {request.path}\n".encode()
    if request.mimetype != "multipart/form-data":
        return start + request.get_data(cache=True)
    fields = json.dumps(sorted(request.form.items(multi=True))).encode()
    digests = b"".join(_digest(file) for file in files)
    return start + fields + digests


def _digest(file: FileStorage) -> bytes:
    digest = hashlib.sha256((file.filename or "").encode("utf-8", "replace"))
    while block := file.stream.read(_BLOCK):
        digest.update(block)
    file.stream.seek(0)
    return digest.digest()
