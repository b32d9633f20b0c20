"""Market history in ClickHouse: trades, candles, book snapshots, equity; writing a row twice changes nothing."""
