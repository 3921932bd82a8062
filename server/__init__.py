"""The composition root: settings, the embedded database, who is calling, HTTP and the command line.

Everything else is handed its engine, its clock and its viewer from here; nothing imports from here.
"""
