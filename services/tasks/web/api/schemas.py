"""What the API gives. Field names are those of the events (docs/events.md)."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from shared.events.tasks import AssignmentState
from shared.mongo import Document, from_document

_DATE = {"format": "date", "nullable": True}


def timed(document: Document, today: dt.date) -> Document:
    """Return an assignment's document with what its dates mean today."""
    timing = from_document(AssignmentState, document).timing(today)
    return {**document, "timeliness": timing.timeliness.value, "days": timing.days}


def _id(**options: Any) -> fields.String:
    return fields.String(attribute="_id", data_key="id", **options)


def _day() -> fields.String:
    return fields.String(metadata=_DATE)


class OfficerSchema(ma.Schema):
    officer_id = fields.String()
    username = fields.String()
    name = fields.String()
    agency_code = fields.String()
    agency_name = fields.String()
    roles = fields.List(fields.String(), attribute="role_names")


class TokenSchema(ma.Schema):
    token = fields.String()
    expires_at = fields.DateTime()
    officer = fields.Nested(OfficerSchema)


class IdentitySchema(ma.Schema):
    identity = fields.String()
    expires_at = fields.DateTime()


class DecisionSchema(ma.Schema):
    number = fields.String()
    issuer = fields.String()
    signed_on = _day()


class AreaSchema(ma.Schema):
    code = fields.String()
    title = fields.String()


class SolutionSchema(ma.Schema):
    code = fields.String()
    title = fields.String()
    detail = fields.String()
    lead_agency = fields.String()
    provenance = fields.String()
    source = fields.String()


class PlanSchema(ma.Schema):
    id = _id()
    slug = fields.String()
    title = fields.String()
    year = fields.Integer()
    edition = fields.Integer()
    state = fields.String()
    decision = fields.Nested(DecisionSchema)
    effective_on = _day()
    applying = fields.Boolean()
    areas = fields.List(fields.Nested(AreaSchema))
    solutions = fields.List(fields.Nested(SolutionSchema))
    policies = fields.Dict(keys=fields.String())
    counts = fields.Dict(keys=fields.String())
    version = fields.Integer()


class SuccessorSchema(ma.Schema):
    code = fields.String()
    since = _day()


class AgencySchema(ma.Schema):
    code = fields.String()
    name = fields.String()
    short_name = fields.String()
    level = fields.String()
    valid_from = _day()
    valid_to = _day()
    successors = fields.List(fields.Nested(SuccessorSchema))
    decision = fields.String(allow_none=True)
    source = fields.String()
    version = fields.Integer()


class RollupSchema(ma.Schema):
    state = fields.String()
    overdue = fields.Boolean()
    done_late = fields.Boolean()
    parts = fields.Integer()
    done_parts = fields.Integer()


class ChipSchema(ma.Schema):
    indicator_id = fields.String(attribute="_id")
    code = fields.String()
    status = fields.String()
    flags = fields.List(fields.String())
    value_text = fields.String()
    target_text = fields.String()
    as_of = _day()


class TaskSchema(ma.Schema):
    id = _id()
    plan_id = fields.String()
    edition = fields.Integer()
    code = fields.String()
    area = fields.String()
    title = fields.String()
    product = fields.String()
    deadline_kind = fields.String()
    deadline_text = fields.String()
    lead_agency = fields.String()
    lead_agency_at_issue = fields.String()
    coord_codes = fields.List(fields.String())
    indicator_ids = fields.List(fields.String())
    indicator_codes = fields.List(fields.String())
    counts_in_completion = fields.Boolean()
    provenance = fields.String()
    quote = fields.String()
    source = fields.String()
    withdrawn_in = fields.Integer(allow_none=True)
    version = fields.Integer()
    rollup = fields.Nested(RollupSchema)


class AssignmentSchema(ma.Schema):
    id = _id()
    version = fields.Integer()
    plan_id = fields.String()
    task_id = fields.String()
    task_code = fields.String()
    title = fields.String()
    area = fields.String()
    edition = fields.Integer()
    role = fields.String()
    agency_code = fields.String()
    lead_agency = fields.String()
    handler_id = fields.String(allow_none=True)
    period = fields.String()
    opens_on = _day()
    due_on = _day()
    original_due_on = _day()
    deadline_version = fields.Integer()
    no_deadline = fields.Boolean()
    required = fields.Boolean()
    state = fields.String()
    timeliness = fields.String()
    days = fields.Integer(metadata={"description": "Local days until due_on, negative when past"})
    reported_on = _day()
    report_count = fields.Integer()
    accepted_on = _day()
    return_count = fields.Integer()
    evidence_count = fields.Integer()
    indicator_codes = fields.List(fields.String())
    changed_at = fields.DateTime()


class FileSchema(ma.Schema):
    id = fields.String(attribute="file_id")
    name = fields.String()
    size = fields.Integer(metadata={"description": "Bytes"})
    content_type = fields.String()
    sha256 = fields.String()


class ReportDecisionSchema(ma.Schema):
    act = fields.String()
    by = fields.String()
    at = fields.DateTime()
    reason = fields.String(allow_none=True)


class ReportSchema(ma.Schema):
    number = fields.Integer()
    note = fields.String()
    explanation = fields.String()
    document = fields.Nested(DecisionSchema, allow_none=True)
    files = fields.List(fields.Nested(FileSchema))
    reported_at = fields.DateTime()
    reported_on = _day()
    by = fields.String()
    decision = fields.Nested(ReportDecisionSchema, allow_none=True)


class OneAssignmentSchema(AssignmentSchema):
    reports = fields.List(fields.Nested(ReportSchema))


class OneTaskSchema(TaskSchema):
    assignments = fields.List(fields.Nested(AssignmentSchema))
    indicators = fields.List(fields.Nested(ChipSchema))


class ChangeLineSchema(ma.Schema):
    """One line of the history; people are ids."""

    act = fields.String()
    by = fields.String()
    by_agency = fields.String(allow_none=True)
    acting_for = fields.String(allow_none=True)
    at = fields.DateTime()
    why = fields.String(allow_none=True)
    note = fields.String(allow_none=True)
    version = fields.Integer()
    before = fields.Dict(keys=fields.String())
    after = fields.Dict(keys=fields.String())
    demonstration = fields.Boolean()


class HistorySchema(ma.Schema):
    items = fields.List(fields.Nested(ChangeLineSchema))


class IndicatorSchema(ma.Schema):
    id = _id()
    plan_id = fields.String()
    edition = fields.Integer()
    code = fields.String()
    area = fields.String()
    title = fields.String()
    short_title = fields.String()
    unit = fields.String()
    nature = fields.String()
    comparator = fields.String()
    direction = fields.String()
    periodicity = fields.String()
    lead_agency = fields.String()
    provenance = fields.String()
    quote = fields.String()
    source = fields.String()
    note = fields.String()
    targets = fields.List(fields.Dict(keys=fields.String()))
    baselines = fields.List(fields.Dict(keys=fields.String()))
    assumed = fields.List(fields.String())
    version = fields.Integer()
    chip = fields.Nested(ChipSchema, allow_none=True)


class SeriesSchema(ma.Schema):
    indicator_id = fields.String()
    period = fields.String()
    tier = fields.String(allow_none=True)


class MeasurementSchema(ma.Schema):
    id = _id()
    version = fields.Integer()
    plan_id = fields.String()
    code = fields.String(metadata={"description": "Code of the indicator"})
    series = fields.Nested(SeriesSchema)
    state = fields.String()
    unit = fields.String()
    measured_on = _day()
    value = fields.Decimal(as_string=True, allow_none=True)
    numerator = fields.Decimal(as_string=True, allow_none=True)
    denominator = fields.Decimal(as_string=True, allow_none=True)
    score = fields.Decimal(as_string=True, allow_none=True)
    rank = fields.Integer(allow_none=True)
    of = fields.Integer(allow_none=True)
    yes_no = fields.Boolean(allow_none=True)
    source_ref = fields.String(allow_none=True)
    evidence_count = fields.Integer()
    replaces = fields.String(allow_none=True)
    note = fields.String()
    reported_by = fields.String()
    agency_code = fields.String()
    decided_by = fields.String(allow_none=True)
    reason = fields.String(allow_none=True)


def page_of(schema: type[ma.Schema]) -> type[ma.Schema]:
    """Return the schema of a list: ``{"items": […], "next_cursor": …}``."""
    shape: Mapping[str, Any] = {
        "items": fields.List(fields.Nested(schema)),
        "next_cursor": fields.String(allow_none=True),
    }
    name = schema.__name__.removesuffix("Schema") + "PageSchema"
    return type(name, (ma.Schema,), dict(shape))
