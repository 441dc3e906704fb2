"""scoring owns the status of every indicator (chỉ tiêu) and why it is so.

Events in: ``tasks.events`` (plan, agencies, indicators, tasks, lead assignments, measurements),
group ``scoring.recompute``. Events out: ``scoring.indicator.status_changed`` on
``scoring.events``. Pages: ``/chi-tieu``.
"""
