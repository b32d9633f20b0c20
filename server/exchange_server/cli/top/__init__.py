"""`exchange top`: one market on the whole screen."""
