"""What the graph reads: small frozen rows, in sets, by statements built once and run for a named viewer."""
