"""What the exchange does, told in short stories."""
