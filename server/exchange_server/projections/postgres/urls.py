"""Database URLs: people write `postgresql://`, SQLAlchemy wants the driver's name in it, psycopg does not."""

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError


def sqlalchemy_url(url: str) -> URL:
    """Return the URL for SQLAlchemy with psycopg 3. Raises ValueError if it is not one of PostgreSQL."""
    try:
        parsed = make_url(url)
    except ArgumentError as error:
        raise ValueError("not a database URL") from error  # without the URL: it may hold a password
    if parsed.get_backend_name() not in ("postgresql", "postgres"):
        raise ValueError(f"not a PostgreSQL URL: {parsed.render_as_string(hide_password=True)}")
    return parsed.set(drivername="postgresql+psycopg")


def psycopg_url(url: str) -> str:
    """Return the URL for psycopg itself. Raises ValueError if it is not one of PostgreSQL."""
    return sqlalchemy_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
