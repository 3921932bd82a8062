"""How each field that leads elsewhere is answered: a function of the context and the row, read in sets."""
