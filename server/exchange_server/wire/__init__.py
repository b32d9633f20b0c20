"""Where protobuf meets the engine's types: decimals, commands, events, market data. Nothing below knows protobuf."""
