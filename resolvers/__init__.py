"""How a field is answered and a change is made: one function per use case, one batch function per edge."""
