"""What the service remembers: a database, SQLite or PostgreSQL, that only this package talks to."""

from sqlalchemy.exc import SQLAlchemyError as Unavailable

__all__ = ["Unavailable"]
"""`Unavailable`: the database does not answer, or not as it should."""
