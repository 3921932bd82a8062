"""The command line: one small module a subject, each command a few lines over what the other rooms do.

Commands import what they need when they run, so that `--help` answers at once.
"""
