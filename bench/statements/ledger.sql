-- The latest lines of a seller's ledger: viewer, size and one more, before which line.
WITH line AS MATERIALIZED (
  SELECT entry_number, journal_number, component, amount_minor, currency, balance_after_minor, posted_at,
    order_id, request_number
  FROM journal_lines
  WHERE seller_id = $1 AND entry_number < $3
  ORDER BY entry_number DESC
  LIMIT $2
)
SELECT l.entry_number, l.component, l.amount_minor, l.currency, l.balance_after_minor, l.posted_at,
  j.description, o.external_id, o.title, r.number, r.status
FROM line l
JOIN journals j ON j.seller_id = $1 AND j.number = l.journal_number
LEFT JOIN orders o ON o.seller_id = $1 AND o.id = l.order_id
LEFT JOIN requests r ON r.seller_id = $1 AND r.number = l.request_number
ORDER BY l.entry_number DESC
