"""`exchange dev`: a whole exchange on one machine, supervised."""
