"""What clients may send, one input per mutation, with the form each field must have."""
