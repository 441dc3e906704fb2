"""What every form that acts shares: sent twice has one effect; a stale one is never lost."""

import hashlib
import json
from collections.abc import Callable, Sequence

from flask import request
from werkzeug.datastructures import FileStorage

from services.tasks.domain.errors import InvalidError
from services.tasks.usecases.idempotency import LONGEST_KEY, Answer
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from shared.mongo import Document, StaleVersionError

_BLOCK = 1024 * 1024
# What differs between two sendings of the same form, or says nothing of the act.
_NOT_THE_ACT = frozenset({"csrf_token", "key"})
_Work = Callable[[], Document]


def once(
    work: _Work, *, before: Callable[[], None] = lambda: None, files: Sequence[FileStorage] = ()
) -> bool:
    """Run the act of a form once, however often the form is sent; tell whether it ran now.

    A form names itself by its hidden ``key``. The same key with other content is an edited form
    sent from the browser's history: it runs without the key, and the version guards it.

    :param before: what must happen outside the transaction, e.g. storing files.
    :raises StaleVersionError: when somebody else was faster.
    """
    key = request.form.get("key", "")[:LONGEST_KEY]
    if not key:
        before()
        work()
        return True
    caller, fingerprint = f"page:{actor().officer_id}", _fingerprint(files)
    idempotency = deps().idempotency
    try:
        if idempotency.earlier(caller, key, fingerprint) is not None:
            return False
    except InvalidError:
        before()
        work()
        return True
    before()
    try:
        answer = idempotency.once(caller, key, fingerprint, lambda: _answer(work))
    except StaleVersionError:
        # Both of a double click ran at once: the other one won and this one saw its version.
        if idempotency.earlier(caller, key, fingerprint) is None:
            raise
        return False
    return not answer.replayed


def _answer(work: _Work) -> Answer:
    return Answer(status=303, body={"version": work()["version"]})


def _fingerprint(files: Sequence[FileStorage]) -> bytes:
    fields = sorted(pair for pair in request.form.items(multi=True) if pair[0] not in _NOT_THE_ACT)
    start = f"{request.method} {request.path}\n{json.dumps(fields)}".encode("utf-8", "replace")
    return start + b"".join(_digest(file) for file in files)


def _digest(file: FileStorage) -> bytes:
    digest = hashlib.sha256((file.filename or "").encode("utf-8", "replace"))
    while block := file.stream.read(_BLOCK):
        digest.update(block)
    file.stream.seek(0)
    return digest.digest()
