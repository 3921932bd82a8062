"""The demo marketplace: who is in it, what happens to them, and how the real use cases carry it out."""
