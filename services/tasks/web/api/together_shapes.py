"""What several acts in one request look like: each has the fields of its own single request."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from services.tasks.usecases.acts import MOST_TOGETHER
from services.tasks.web.api.fields import Choice, Input, Text
from services.tasks.web.api.inputs import (
    LINE,
    AcceptSchema,
    DocumentSchema,
    NoteSchema,
    ReasonSchema,
    ReportInputSchema,
    VersionSchema,
)
from services.tasks.web.api.schemas import AssignmentSchema

_WORDS = ("start", "note", "report", "take-back", "accept", "return")


class _PartSchema(Input):
    assignment_id = Text(LINE, empty=False, required=True)
    act = Choice(_WORDS, required=True)


class _UnknownSchema(_PartSchema):
    """An act that nobody knows: what else is said of it cannot be judged."""

    class Meta:
        unknown = ma.EXCLUDE


class _PlainSchema(_PartSchema, VersionSchema):
    pass


class _NoteSchema(_PartSchema, NoteSchema):
    pass


class _ReportSchema(_PartSchema, ReportInputSchema):
    pass


class _AcceptSchema(_PartSchema, AcceptSchema):
    pass


class _ReturnSchema(_PartSchema, ReasonSchema):
    pass


_UNKNOWN = _UnknownSchema()
_OF_ACT: Mapping[str, ma.Schema] = {
    "start": _PlainSchema(),
    "note": _NoteSchema(),
    "report": _ReportSchema(),
    "take-back": _PlainSchema(),
    "accept": _AcceptSchema(),
    "return": _ReturnSchema(),
}


class OneOfTogetherSchema(_PartSchema, VersionSchema):
    """An act as the description shows it, with the fields of all kinds."""

    note = fields.String(metadata={"description": "note, report: compulsory; accept: if you like"})
    explanation = fields.String(metadata={"description": "report: why there is no document"})
    document = fields.Nested(DocumentSchema, metadata={"description": "report: the result"})
    reason = fields.String(metadata={"description": "return: compulsory"})


class _OneField(fields.Nested):
    """One act, checked by the schema of its kind."""

    def _deserialize(self, value: Any, *_where: Any, **_options: Any) -> Any:
        if not isinstance(value, dict):
            raise ma.ValidationError("api.field.invalid")
        kind = value.get("act")
        schema = _OF_ACT.get(kind, _UNKNOWN) if isinstance(kind, str) else _UNKNOWN
        return schema.load(value)


class TogetherSchema(Input):
    """Acts in the order in which they are done."""

    acts = fields.List(
        _OneField(OneOfTogetherSchema),
        required=True,
        validate=ma.validate.Length(1, MOST_TOGETHER, error=f"api.acts.number|n={MOST_TOGETHER}"),
        error_messages={
            "required": "api.field.required",
            "null": "api.field.required",
            "invalid": "api.field.invalid",
        },
    )


class TogetherDoneSchema(ma.Schema):
    """The parts after several acts, one for each act in its order."""

    items = fields.List(fields.Nested(AssignmentSchema))
