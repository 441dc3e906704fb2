"""Pages of scoring (``/chi-tieu``) and its API (``/api/v1/plans/{plan}/indicators``)."""
