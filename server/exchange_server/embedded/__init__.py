"""What `exchange dev` brings along so that a fresh machine needs nothing else. Production uses real servers by URL."""
