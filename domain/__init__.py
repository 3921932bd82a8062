"""Why: the rules of Amends. Pure, synchronous, standard library only.

Time and identity arrive as arguments.
"""
