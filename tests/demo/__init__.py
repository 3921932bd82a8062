"""The demo marketplace: whole, the same each time, and as large as one likes."""
