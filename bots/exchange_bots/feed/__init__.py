"""A reference venue's market data: one parser, three sources, and never a book that is in doubt."""
