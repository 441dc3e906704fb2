"""A form made from an older version: both versions side by side, nothing typed lost."""

import dataclasses
import secrets
from collections.abc import Mapping
from typing import Any

from flask import render_template, request

from services.tasks.domain.permissions import Act
from services.tasks.queries import api as api_queries
from services.tasks.queries import people as people_queries
from services.tasks.queries import task_page as queries
from services.tasks.queries.allowed import allowed
from services.tasks.web.deps import deps
from services.tasks.web.identity import actor
from services.tasks.web.pages import task_stream
from services.tasks.web.pages.inputs import Form, text_of
from services.tasks.web.pages.places import safe_path
from services.tasks.web.pages.problems import words
from services.tasks.web.pages.task import place_of
from services.tasks.web.pages.task_next import SLUGS, label
from services.tasks.web.words import state_kind
from shared.clock import LOCAL
from shared.web.formats import day
from shared.web.language import t

# Fields that belong to the form, not to what the person typed.
_FORM_FIELDS = frozenset({"csrf_token", "version", "key", "sua", "tiep"})
_REPORT = ("note", "document_number", "document_date", "document_issuer", "explanation")


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """One field in both versions, in words."""

    label: str
    saved: str
    mine: str

    @property
    def differs(self) -> bool:
        return self.saved != self.mine


def conflict(act: Act, current: Mapping[str, Any], typed: Form) -> str:
    """Return the page of a conflict.

    :param current: the part as it is now.
    """
    database, person = deps().database, actor()
    lines = api_queries.changes_since(database, current, typed.version())
    people = people_queries.names(
        database, {str(line[who]) for line in lines for who in ("by", "acting_for") if line[who]}
    )
    plan = queries.plan_of(database, current["plan_id"])
    against = allowed(person, current, plan, deps().clock.today())[act]
    had_files = any(upload.filename for upload in request.files.getlist("files"))
    return render_template(
        "tasks/conflict.html",
        part=current,
        slug=SLUGS[act],
        label=label(act, current),
        state=state_kind(current),
        lines=task_stream.happened(reversed(lines), people, {}),
        sides=_sides(act, current, typed, had_files=had_files),
        typed={name: value for name, value in typed.given.items() if name not in _FORM_FIELDS},
        against=words(against) if against else "",
        had_files=had_files,
        key=secrets.token_urlsafe(16),
        now=f"{deps().clock.now().astimezone(LOCAL):%H:%M}",
        tiep=safe_path(request.form.get("tiep"), place_of(current)),
        back=place_of(current),
    )


def _sides(act: Act, current: Mapping[str, Any], typed: Form, *, had_files: bool) -> list[Side]:
    """Return the fields of the form in both versions; an act without fields has none."""
    if act is Act.REPORT:
        return _report_sides(current, typed, had_files=had_files)
    name = "reason" if act in (Act.RETURN, Act.REOPEN) else "note"
    mine = text_of(typed.given.get(name))
    if not mine:
        return []
    report = _last_report(current)
    saved = str((report.get("decision") or {}).get("reason") or "") if report else ""
    return [Side(label=t(f"page.field.{name}"), saved=saved or _NOTHING, mine=mine)]


_NOTHING = "–"


def _report_sides(current: Mapping[str, Any], typed: Form, *, had_files: bool) -> list[Side]:
    report = _last_report(current) or {}
    document = report.get("document") or {}
    saved = {
        "note": report.get("note"),
        "document_number": document.get("number"),
        "document_date": document.get("signed_on"),
        "document_issuer": document.get("issuer"),
        "explanation": report.get("explanation"),
    }
    sides = [
        Side(
            label=t(f"page.field.{name}"),
            saved=_shown(name, saved[name]),
            mine=_shown(name, text_of(typed.given.get(name))),
        )
        for name in _REPORT
    ]
    kept = t("page.conflict.files", n=len(report.get("files") or []))
    mine = t("page.conflict.files_again") if had_files else t("page.conflict.files", n=0)
    return [
        *(side for side in sides if side.saved != _NOTHING or side.mine != _NOTHING),
        Side(label=t("page.field.files"), saved=kept, mine=mine),
    ]


def _shown(name: str, value: Any) -> str:
    if not value:
        return _NOTHING
    try:
        return day(value) if name == "document_date" else str(value)
    except ValueError:
        return str(value)


def _last_report(current: Mapping[str, Any]) -> Mapping[str, Any] | None:
    return next(iter(queries.reports(deps().database, [current["_id"]])), None)
