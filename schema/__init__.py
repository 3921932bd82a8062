"""WHAT clients see: types, inputs, payloads, root fields of a few lines. No SQL, no rules."""
