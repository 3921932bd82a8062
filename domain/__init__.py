"""Why: the rules of Amends. Pure, synchronous, standard library only; time and identity arrive as arguments."""
