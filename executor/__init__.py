"""A compiled, set-based executor for GraphQL schemas: documents become plans, and plans Python."""
