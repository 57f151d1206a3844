"""Makes and checks Headway's models."""
