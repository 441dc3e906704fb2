"""Writes the documents that follow from the code: ``python -m dev.documents``.

Saved schemas of the events, their catalogue, the AsyncAPI document, metrics, settings and
permissions. A test compares each with what the code says now, so none of them goes stale.
"""
