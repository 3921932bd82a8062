"""The server room: settings, authentication, HTTP, uploads, the command line and real processes."""
