"""`exchange backtest`: a bot against a recording, on the engine itself."""
