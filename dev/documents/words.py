"""What the code cannot say of an event by itself: its fact and why it travels, one sentence each.

A family is all events of one aggregate; they carry the same payload. The tests ask for a sentence
for each event of the catalogue and for no other.
"""

import dataclasses


@dataclasses.dataclass(frozen=True, slots=True, kw_only=True)
class FamilyWords:
    """The words of a family.

    :param key: the field of the payload that is the Kafka key; ``agency:`` stands before a code.
    :param subject: the field that is ``ce_subject``.
    :param why: what the readers do with it.
    :param acts: event type without its version → the fact.
    """

    key: str
    subject: str
    why: str
    acts: dict[str, str]


FAMILIES: dict[str, FamilyWords] = {
    "tasks.plan.v1": FamilyWords(
        key="plan_id",
        subject="plan_id",
        why="Gives the denominators and policies; rates and reminders of an edition count from it.",
        acts={
            "tasks.plan.edition_applied": "An edition of the plan is whole: the last event of a"
            " load, an amendment or a closing.",
        },
    ),
    "tasks.agency.v1": FamilyWords(
        key="agency:code",
        subject="agency:code",
        why="Names in messages and on pages; which agencies exist on a day, and who follows whom.",
        acts={"tasks.agency.changed": "An agency began, changed its name or ended."},
    ),
    "tasks.indicator.v1": FamilyWords(
        key="indicator_id",
        subject="indicator_id",
        why="scoring learns the indicators, their targets and baselines only from here.",
        acts={"tasks.indicator.defined": "An edition defines an indicator or withdraws it."},
    ),
    "tasks.task.v1": FamilyWords(
        key="task_id",
        subject="task_id",
        why="Links tasks to indicators, and gives messages their titles.",
        acts={"tasks.task.defined": "An edition defines a task or withdraws it."},
    ),
    "tasks.assignment.v1": FamilyWords(
        key="task_id",
        subject="assignment_id",
        why="Overdue lead parts put indicators at risk; deadlines and states decide reminders.",
        acts={
            "tasks.assignment.assigned": "A plan load or amendment gave an agency its part.",
            "tasks.assignment.started": "The agency began, or took its report back.",
            "tasks.assignment.reported": "The agency reported; the part waits for appraisal.",
            "tasks.assignment.returned": "The appraiser returned the report with a reason.",
            "tasks.assignment.accepted": "The appraiser accepted the report; the part is done.",
            "tasks.assignment.reopened": "The plan manager opened an accepted part again.",
            "tasks.assignment.deadline_changed": "An extension, amendment or correction set"
            " another deadline.",
            "tasks.assignment.reassigned": "A ruling, hand-over or merger gave the part to"
            " another agency.",
            "tasks.assignment.withdrawn": "An amendment or merger withdrew the part.",
        },
    ),
    "tasks.measurement.v1": FamilyWords(
        key="series.indicator_id",
        subject="measurement_id",
        why="Approved and locked figures count for the status; a reported one is provisional.",
        acts={
            "tasks.measurement.reported": "The lead agency reported a figure.",
            "tasks.measurement.returned": "The appraiser returned the figure with a reason.",
            "tasks.measurement.approved": "The appraiser approved the figure; the one that it"
            " replaces is told in the same way.",
            "tasks.measurement.locked": "The plan manager locked the figure's period.",
            "tasks.measurement.unlocked": "The leader unlocked it.",
            "tasks.measurement.withdrawn": "The figure was withdrawn.",
        },
    ),
    "tasks.request.v1": FamilyWords(
        key="task_id",
        subject="request_id",
        why="Tells the one who decides and the one who asked.",
        acts={
            "tasks.request.made": "An agency asked for more time, or to be freed of its part.",
            "tasks.request.granted": "The authority granted it.",
            "tasks.request.refused": "The authority refused it.",
            "tasks.request.cancelled": "The agency took it back, or it had become needless.",
        },
    ),
    "tasks.mention.v1": FamilyWords(
        key="task_id",
        subject="comment_id",
        why="Tells the people who were named.",
        acts={"tasks.mention.made": "A comment named people."},
    ),
    "tasks.nudge.v1": FamilyWords(
        key="task_id",
        subject="nudge_id",
        why="Tells the agency that it is urged.",
        acts={"tasks.nudge.made": "Somebody urged the agency of a part by hand."},
    ),
    "tasks.officer.v1": FamilyWords(
        key="officer_id",
        subject="officer_id",
        why="The only event with personal data: notify needs addresses. A record without a value"
        " (tombstone) erases the card.",
        acts={"tasks.officer.changed": "An officer's contact card, roles or absence changed."},
    ),
    "scoring.indicator.v1": FamilyWords(
        key="indicator_id",
        subject="indicator_id",
        why="The chip on the board and the notice to leaders.",
        acts={
            "scoring.indicator.status_changed": "The status of an indicator, or its reason,"
            " changed.",
        },
    ),
    "scoring.agency.v1": FamilyWords(
        key="agency:agency_code",
        subject="agency:agency_code",
        why="The card of an agency's points.",
        acts={"scoring.agency.scored": "The points of an agency changed."},
    ),
    "notify.delivery.v1": FamilyWords(
        key="assignment_id",
        subject="delivery_id",
        why="Shows on the task's page who was reminded, and with what result.",
        acts={"notify.delivery.changed": "A copy of a reminder changed its state."},
    ),
    "notify.contact.v1": FamilyWords(
        key="officer_id",
        subject="officer_id",
        why="Shows on the officer's page that a number or address takes no messages.",
        acts={
            "notify.contact.suppressed": "A channel to an officer was given up.",
            "notify.contact.restored": "A channel to an officer is used again.",
        },
    ),
}
