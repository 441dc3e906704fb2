"""The published language: every event that crosses a service border, and its envelope.

Names and meanings are those of docs/events.md. A payload carries the whole public state of its
aggregate and its ``version``; a consumer keeps the newest and drops the rest.
No event of ``tasks.events``, ``scoring.events`` or ``notify.events`` holds personal data or free
text: people are officer ids.
"""
