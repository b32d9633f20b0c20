"""The gateway: Envoy in front of the exchange, by one template whoever runs it."""
