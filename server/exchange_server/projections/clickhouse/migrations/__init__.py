"""The schema, step by step: `NNNN_name.sql`, applied in order and never changed once released."""
