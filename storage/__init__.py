"""Where: tables, queries, the unit of work and migrations. The only room that speaks SQL."""
