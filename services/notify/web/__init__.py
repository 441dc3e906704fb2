"""Pages of notify (``/nhac-viec``) and the address that takes receipts (``/receipts``)."""
