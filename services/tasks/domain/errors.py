"""What may be wrong with an act: each error names a text of the catalogue and its parameters.

The rules know nothing of HTTP; the webs translate a kind of error into a status.
"""


class DomainError(Exception):
    """A rule says no.

    :param key: key of the text catalogue, ``error.…``.
    :param params: what the text needs.

    ``item`` is the number of the act at fault when several were asked for together.
    """

    def __init__(self, key: str, **params: object) -> None:
        super().__init__(key)
        self.key = key
        self.params = params
        self.item: int | None = None

    @property
    def code(self) -> str:
        """Return the reason without its prefix, for machines."""
        return self.key.removeprefix("error.")


class NotAllowedError(DomainError):
    """The person may not do that here."""


class WrongStateError(DomainError):
    """The act does not fit the state that the thing is in."""


class InvalidError(DomainError):
    """A given value is missing or wrong.

    :param field: name of the field at fault.
    """

    def __init__(self, field: str, key: str, **params: object) -> None:
        super().__init__(key, **params)
        self.field = field


class NotFoundError(DomainError):
    """Nothing has this id or code."""


class PlanBusyError(DomainError):
    """An edition of the plan is being applied; acts wait."""


class SignInError(DomainError):
    """The name or password is wrong, or too many wrong tries came before.

    :param retry_after: seconds to wait, 0 when one may try again at once.
    """

    def __init__(self, key: str, *, retry_after: int = 0, **params: object) -> None:
        super().__init__(key, **params)
        self.retry_after = retry_after
