"""What a program's token may do: a person gives it no more than the program needs."""

import enum


class Scope(enum.StrEnum):
    """A kind of call to the API; the Vietnamese names stand in the catalogue, ``scope.…``."""

    READ = "read"  # every look
    ACT = "act"  # acts on parts
    FIGURES = "figures"  # reported values of indicators
