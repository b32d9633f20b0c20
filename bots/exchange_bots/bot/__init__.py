"""What every bot is made of: config, view, decision, own orders, safety, and the loop around them."""
