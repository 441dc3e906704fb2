"""Notices: each event about people becomes its e-mails in the transaction that reads it.

Nothing is said when the part is not known here, when it happened too long ago to help anybody
(a worker that starts late reads old events), or when there is nobody to tell.
"""

import dataclasses
from collections.abc import Sequence

from services.notify.domain import notices
from services.notify.domain.deliveries import Delivery
from services.notify.domain.ids import delivery_id
from services.notify.domain.notices import Notice, Telling
from services.notify.domain.recipients import Recipient, address, masked, recipients
from services.notify.usecases.context import Context, first_state, tell
from shared.clock import LOCAL
from shared.events.notify import Channel
from shared.events.tasks import Change, MentionMade, NudgeMade, RequestState

_DECIDERS = ("head", "leader")
_WORKERS = ("officer", "head")


def on_request(context: Context, request: RequestState) -> None:
    """Tell those who decide, or who asked, how a request stands."""
    notice = notices.of_request(request)
    found = _telling(context, request.request_id, notice, request.assignment_id, request.change)
    if found is None:
        return
    found = dataclasses.replace(found, proposed=request.proposed_due_on)
    if notices.goes_to_asker(request):
        told = _named(context, [request.asked_by], "asker")
    else:
        plan = context.facts.plan(found.state.plan_id)
        authority = plan.extension_authority if plan else ""
        told = _of_agency(context, authority, _DECIDERS)
    _send(context, found, told, request)


def on_mention(context: Context, mention: MentionMade) -> None:
    """Tell the people whom a comment names."""
    found = _telling(
        context, mention.comment_id, Notice.MENTION, mention.assignment_id, mention.change
    )
    if found is not None:
        _send(context, found, _named(context, mention.officer_ids, "named"))


def on_nudge(context: Context, nudge: NudgeMade) -> None:
    """Tell the agency of a part that it is urged."""
    found = _telling(context, nudge.nudge_id, Notice.NUDGE, nudge.assignment_id, nudge.change)
    if found is not None:
        _send(context, found, _of_agency(context, found.state.agency_code, _WORKERS))


def _telling(
    context: Context, source_id: str, notice: Notice, assignment_id: str, change: Change
) -> Telling | None:
    facts = context.facts
    state = facts.assignments([assignment_id]).get(assignment_id)
    if state is None or context.business.now() > change.at + notices.USEFUL:
        return None
    return Telling(
        source_id=source_id,
        notice=notice,
        at=change.at,
        state=state,
        task=facts.tasks([state.task_id]).get(state.task_id),
        agency=facts.agencies([state.agency_code]).get(state.agency_code),
    )


def _of_agency(context: Context, code: str, roles: Sequence[str]) -> list[Recipient]:
    today = context.business.now().astimezone(LOCAL).date()
    return list(recipients(roles, code, context.facts.people_of([code]), today))


def _named(context: Context, officer_ids: Sequence[str], role: str) -> list[Recipient]:
    found = (context.facts.officer(officer_id) for officer_id in officer_ids)
    return [Recipient(officer, role) for officer in found if officer and officer.active]


def _send(
    context: Context,
    telling: Telling,
    told: Sequence[Recipient],
    request: RequestState | None = None,
) -> None:
    reminder = telling.reminder()
    if not told or context.reminders.get(reminder.reminder_id) is not None:
        return
    context.reminders.add([reminder])
    copies = [_copy(context, telling, recipient, request) for recipient in told]
    context.deliveries.add(copies)
    tell(context, copies)


def _copy(
    context: Context, telling: Telling, recipient: Recipient, request: RequestState | None
) -> Delivery:
    reminder, officer, now = telling.reminder(), recipient.officer, context.system.now()
    to = address(officer, Channel.EMAIL)
    state, cause = first_state(to, context.allow_list)
    link = context.link(reminder.assignment_id)
    if request is not None:
        link = f"{context.tasks_url}/kien-nghi/{request.request_id}"
    return Delivery(
        delivery_id=delivery_id(reminder.reminder_id, officer.officer_id, Channel.EMAIL.value),
        reminder_id=reminder.reminder_id,
        assignment_id=reminder.assignment_id,
        task_id=reminder.task_id,
        task_code=reminder.task_code,
        agency_code=officer.agency_code,
        rule_id=reminder.rule_id,
        occurrence=0,
        deadline_version=reminder.deadline_version,
        officer_id=officer.officer_id,
        role=recipient.role,
        deputy_for=recipient.deputy_for,
        channel=Channel.EMAIL,
        address=masked(to),
        locale=officer.locale,
        message=notices.email(telling, context.texts, link, officer.locale),
        state=state,
        cause=cause,
        due_at=reminder.due_at,
        expires_at=reminder.expires_at,
        dispatched_at=context.business.now(),
        changed_at=now,
        next_attempt_at=now,
    )
