"""The collections of tasks and the indexes of their queries; ``init`` creates both."""

from collections.abc import Mapping

from pymongo import ASCENDING, DESCENDING, IndexModel

from shared import consumer, outbox

_KEPT_ANSWERS_SECONDS = 7 * 24 * 3600


def _index(name: str, *fields: str, **options: object) -> IndexModel:
    keys = [
        (field.removeprefix("-"), DESCENDING if field.startswith("-") else ASCENDING)
        for field in fields
    ]
    return IndexModel(keys, name=name, **options)


def _is_text(field: str) -> dict[str, object]:
    # Not {"$type": "string"}: the planner would not see that an equality falls under it.
    return {field: {"$gt": ""}}


INDEXES: Mapping[str, list[IndexModel]] = {
    **outbox.INDEXES,
    **consumer.INDEXES,
    "plans": [_index("slug", "slug", unique=True)],
    "agencies": [],
    "tasks": [_index("plan_code", "plan_id", "code")],
    "assignments": [
        _index("plan_code", "plan_id", "task_code", "_id"),
        _index("plan_agency_state", "plan_id", "agency_code", "state", "due_on"),
        _index("plan_state_due", "plan_id", "state", "due_on"),
        _index("plan_role", "plan_id", "role", "agency_code"),
        _index("plan_changed", "plan_id", "changed_seq"),
        _index("task_period", "task_id", "period"),
        _index("agency_state", "agency_code", "state"),
    ],
    "history": [
        _index("assignment", "assignment_id", "at", "_id"),
        _index("task", "task_id", "at", "_id"),
        _index("indicator", "indicator_id", "at", "_id"),
        _index("plan", "plan_id", "-at", "-_id"),
    ],
    "reports": [_index("assignment_number", "assignment_id", "number", unique=True)],
    "requests": [
        _index("plan_state", "plan_id", "state", "asked_at"),
        _index("plan_code", "plan_id", "task_code", "_id"),
        _index("assignment", "assignment_id", "asked_at"),
        # Of a part one request waits at most; null is outside the index.
        _index(
            "one_waits", "pending_for", unique=True, partialFilterExpression=_is_text("pending_for")
        ),
    ],
    "indicators": [_index("plan_code", "plan_id", "code")],
    "measurements": [
        _index("indicator", "series.indicator_id", "series.period"),
        # Of a series one figure counts and one waits at most; null is outside both indexes.
        _index(
            "one_counts", "counts_for", unique=True, partialFilterExpression=_is_text("counts_for")
        ),
        _index(
            "one_waits", "waits_for", unique=True, partialFilterExpression=_is_text("waits_for")
        ),
    ],
    "officers": [
        _index("username", "username", unique=True),
        _index("agency", "agency_code"),
        _index("role", "roles.role"),
        _index("demonstration", "demonstration", sparse=True),
        _index("link_asked", "link_asked_at", sparse=True),
        _index("deputy", "away.deputy_id", sparse=True),
        _index("subjects", "subjects", unique=True, sparse=True),
    ],
    "officer_lines": [_index("officer", "officer_id", "-_id")],
    # Expiry fields below are the system clock's, so that a simulated day deletes nothing.
    "sessions": [
        _index("expiry", "expires_at", expireAfterSeconds=0),
        _index("officer", "officer_id"),
    ],
    "api_tokens": [
        _index("expiry", "expires_at", expireAfterSeconds=0),
        _index("officer", "officer_id"),
    ],
    "invitations": [
        _index("expiry", "expires_at", expireAfterSeconds=0),
        _index("officer", "officer_id"),
    ],
    "saved_filters": [
        _index("officer", "officer_id"),
        _index("agency_shared", "agency_code", "shared"),
    ],
    "calendar_feeds": [_index("officer", "officer_id")],
    "sign_in_tries": [_index("expiry", "forget_at", expireAfterSeconds=0)],
    "idempotency": [_index("expiry", "kept_at", expireAfterSeconds=_KEPT_ANSWERS_SECONDS)],
    "indicator_chips": [
        _index("plan_code", "plan_id", "code"),
        _index("plan_revision", "plan_id", "revision"),
    ],
    "assignment_notices": [_index("assignment", "assignment_id", "-at")],
    "fs.files": [
        _index("filename_1_uploadDate_1", "filename", "uploadDate"),
        _index("unlinked", "metadata.assignment_id", "uploadDate"),
    ],
    "fs.chunks": [_index("files_id_1_n_1", "files_id", "n", unique=True)],
}
