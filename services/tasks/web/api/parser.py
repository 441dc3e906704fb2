"""Reads a request's body as JSON or, for reports with files, as a multipart form."""

from typing import Any

from flask import Request
from webargs.flaskparser import FlaskParser, abort

# A form with files has the limits of the application; a JSON body is text.
_LARGEST_BODY = 256 * 1024
_DOCUMENT = "document_"


class _Parser(FlaskParser):
    """webargs' parser, with forms in JSON's place and without a way to exhaust the stack."""

    DEFAULT_UNKNOWN_BY_LOCATION = {}  # noqa: RUF012 - each schema says what it does

    def load_json(self, req: Request, schema: Any) -> Any:
        if req.mimetype == "multipart/form-data":
            return _form(req)
        req.max_content_length = _LARGEST_BODY
        try:
            loaded = super().load_json(req, schema)
        except RecursionError:
            abort(400, messages={"json": {"_": ["api.field.invalid"]}})
        # No body at all says the same as an empty one: acts need no field but an optional version.
        return {} if not req.get_data(cache=True) else loaded


def _form(req: Request) -> dict[str, Any]:
    """Return the form's fields; ``document_number`` and its kin make up the document."""
    flat = {name: value for name, value in req.form.items() if value != "" or name == "note"}
    document = {
        name.removeprefix(_DOCUMENT): flat.pop(name)
        for name in list(flat)
        if name.startswith(_DOCUMENT)
    }
    return {**flat, "document": document} if document else flat


PARSER = _Parser()
