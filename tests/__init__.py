"""The proofs: domain/ without I/O, storage/ and schema/ on a real PostgreSQL, server/ with real processes."""
