"""``python -m bench``: measures what the product promises and writes docs/performance.md."""
