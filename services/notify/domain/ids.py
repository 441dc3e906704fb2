"""Ids of reminders and deliveries: made of what they are, so that nothing can exist twice."""

import hashlib


def reminder_id(assignment_id: str, rule_id: str, occurrence: int, deadline_version: int) -> str:
    """Return the id of what one rule wants once for one deadline of one assignment."""
    return _digest(assignment_id, rule_id, str(occurrence), str(deadline_version))


def notice_id(source_id: str, notice: str) -> str:
    """Return the id of what is told once about a request, a comment or an urging."""
    return _digest("notice", source_id, notice)


def delivery_id(reminder_id: str, officer_id: str, channel: str) -> str:
    """Return the id of one copy to one person by one channel; also the provider's reference."""
    return _digest(reminder_id, officer_id, channel)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()
