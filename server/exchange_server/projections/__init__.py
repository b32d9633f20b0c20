"""What is derived from the journal for readers: written by a follower, never asked by the core."""
