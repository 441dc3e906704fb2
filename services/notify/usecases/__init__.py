"""Writes of notify: each is one transaction; what happened is counted after it."""
