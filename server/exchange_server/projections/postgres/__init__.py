"""The history in PostgreSQL: its migrations, the writer of a follower, the queries of the API."""
