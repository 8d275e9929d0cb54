"""What the service remembers: a database, SQLite or PostgreSQL, that only this package talks to."""

from sqlalchemy import Engine as Database
from sqlalchemy.exc import SQLAlchemyError as Unavailable

__all__ = ["Database", "Newer", "Unavailable"]
"""`Database`: one that is open. `Unavailable`: it does not answer, or not as it should."""


class Newer(Unavailable):
    """The database holds changes that this version does not know: a later one has opened it."""
