"""What the API takes: bodies and filters, checked field by field."""

import marshmallow as ma
from marshmallow import fields

from services.tasks.queries.cursors import MOST, USUAL
from services.tasks.web.api.fields import Choice, Day, Input, Number, Text, Whole, Yes
from shared.events.tasks import AssignmentStatus, Role

LONG_TEXT = 5000
LINE = 300


class SignInSchema(Input):
    username = Text(LINE, empty=False, required=True)
    password = fields.String(
        required=True,
        validate=ma.validate.Length(max=LINE, error=f"api.field.too_long|n={LINE}"),
        error_messages={"required": "api.field.required", "invalid": "api.field.invalid"},
    )


class WindowSchema(ma.Schema):
    class Meta:
        unknown = ma.EXCLUDE

    limit = Whole(MOST, load_default=USUAL)
    cursor = Text(LINE, load_default=None)
    code = Text(LINE, load_default=None)


class TaskFilterSchema(WindowSchema):
    area = Text(LINE, load_default=None)
    agency = Text(LINE, load_default=None)
    q = Text(LINE, load_default=None)


class AssignmentFilterSchema(TaskFilterSchema):
    role = Choice(Role, load_default=None)
    state = Choice(AssignmentStatus, load_default=None)
    period = Text(LINE, load_default=None)
    open = Yes(load_default=False)
    late = Yes(load_default=False)


class VersionSchema(Input):
    version = Whole(load_default=None, allow_none=True)


class NoteSchema(VersionSchema):
    note = Text(LONG_TEXT, empty=False, required=True)


class AcceptSchema(VersionSchema):
    note = Text(LONG_TEXT, load_default="")


class ReasonSchema(VersionSchema):
    reason = Text(LONG_TEXT, empty=False, required=True)


class DocumentSchema(Input):
    number = Text(LINE, empty=False, required=True)
    signed_on = Day(required=True)
    issuer = Text(LINE, empty=False, required=True)


class ReportInputSchema(VersionSchema):
    """A report; as multipart the document's fields are flat and files come as ``files``."""

    note = Text(LONG_TEXT, empty=False, required=True)
    explanation = Text(LONG_TEXT, load_default="")
    document = fields.Nested(DocumentSchema, load_default=None, allow_none=True)


class MeasurementInputSchema(Input):
    period = Text(LINE, empty=False, required=True)
    tier = Text(LINE, load_default=None, allow_none=True)
    measured_on = Day(required=True)
    value = Number(load_default=None, allow_none=True)
    numerator = Number(load_default=None, allow_none=True)
    denominator = Number(load_default=None, allow_none=True)
    score = Number(load_default=None, allow_none=True)
    rank = Whole(load_default=None, allow_none=True)
    of = Whole(load_default=None, allow_none=True)
    yes_no = Yes(load_default=None, allow_none=True)
    source_ref = Text(LINE, load_default=None, allow_none=True)
    note = Text(LONG_TEXT, load_default="")
