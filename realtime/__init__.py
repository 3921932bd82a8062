"""Live: how what was committed reaches who follows it, in every process, late at worst and never lost."""
