"""notify: reminds the people who must act before and after a deadline, by e-mail and SMS.

Owns: reminders, deliveries, receipts, and its own copy of what it needs to decide and address
them (plans, agencies, tasks, assignments, contact cards). Reads ``tasks.events`` and
``tasks.directory``; publishes ``notify.events``. State machines: docs/events.md, H.
"""
