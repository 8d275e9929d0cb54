"""What the service remembers: a database, SQLite or PostgreSQL, that only this package talks to."""

from sqlalchemy import Engine as Database
from sqlalchemy.exc import SQLAlchemyError as Unavailable

__all__ = ["Database", "Unavailable"]
"""`Database`: one that is open. `Unavailable`: it does not answer, or not as it should."""
