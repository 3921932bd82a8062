"""WHAT clients see: types, inputs, payloads, root fields of a few lines. No SQL, no rules."""

from schema import words as words  # first of all: no type can name a word the graph does not know yet
