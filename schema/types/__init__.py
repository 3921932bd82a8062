"""What clients see: types declared over rows, field by field. No SQL, no rules."""
