"""Trading bots that talk to the exchange only through its Python SDK."""
