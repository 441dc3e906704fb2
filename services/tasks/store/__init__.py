"""Documents ↔ domain: reading and saving, guarded by the version."""
