"""tasks: the plan, its tasks and assignments, the people who act on them, and the board.

Owns: plans, agencies, tasks, assignments, reports, measurements, officers, sessions.
Events in: ``scoring.events`` (status of an indicator), ``notify.events`` (who was reminded).
Events out: ``tasks.events`` and ``tasks.directory`` (docs/events.md).
"""
