-- Whose token it is.
SELECT id FROM accounts WHERE username = $1 AND NOT is_agent
