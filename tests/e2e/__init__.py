"""The whole stack, started clean by the product's own command: walks, pages, faults, books."""
