"""The Python client of the exchange."""
