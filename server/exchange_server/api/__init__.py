"""The front: a call becomes a principal and a request, an answer or an error. It knows gRPC; nothing below does."""
