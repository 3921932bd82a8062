"""The graph as clients use it: every path of the article, walked through the schema on a real database."""
