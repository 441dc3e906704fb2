"""What the API takes and gives about requests."""

import marshmallow as ma
from marshmallow import fields

from services.tasks.web.api import inputs, schemas
from services.tasks.web.api.fields import Choice, Day, Text, Yes
from shared.events.tasks import RequestKind, RequestStatus

_DATE = {"format": "date", "nullable": True}


class RequestFilterSchema(inputs.WindowSchema):
    state = Choice(RequestStatus, load_default=None)
    kind = Choice(RequestKind, load_default=None)
    agency = Text(inputs.LINE, load_default=None)


class RequestInputSchema(inputs.VersionSchema):
    """A request; ``version`` is the part's. As multipart, files come as ``files``."""

    kind = Choice(RequestKind, required=True)
    reason = Text(inputs.LONG_TEXT, empty=False, required=True)
    proposed_due_on = Day(load_default=None, allow_none=True)


class GrantSchema(inputs.VersionSchema):
    note = Text(inputs.LONG_TEXT, load_default="")
    agency_code = Text(inputs.LINE, load_default=None, allow_none=True)
    withdraw = Yes(load_default=False)


class RefuseSchema(inputs.ReasonSchema):
    pass


class CancelSchema(inputs.VersionSchema):
    pass


class RequestSchema(ma.Schema):
    id = fields.String(attribute="_id")
    version = fields.Integer()
    plan_id = fields.String()
    task_id = fields.String()
    task_code = fields.String()
    assignment_id = fields.String()
    kind = fields.String()
    state = fields.String()
    agency_code = fields.String(metadata={"description": "The agency that asked"})
    part_agency = fields.String(metadata={"description": "The agency that held the part then"})
    asked_by = fields.String()
    asked_at = fields.DateTime()
    due_on = fields.String(metadata=_DATE | {"description": "The deadline when it was asked"})
    proposed_due_on = fields.String(allow_none=True, metadata=_DATE)
    reason = fields.String()
    files = fields.List(fields.Nested(schemas.FileSchema))
    decided_by = fields.String(allow_none=True)
    decision = fields.Nested(schemas.ReportDecisionSchema, allow_none=True)
