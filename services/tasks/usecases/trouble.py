"""Which error means that the database cannot be reached: the request is innocent, waiting helps."""

from pymongo.errors import ConnectionFailure

DatabaseDownError = ConnectionFailure
