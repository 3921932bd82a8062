-- A page of a seller's inbox: viewer, size and one more, after which place (three values, or nulls).
WITH page AS (
  SELECT owner_id, thread_id, last_activity_at, unread_count, marked_unread
  FROM inbox_entries
  WHERE account_id = $1 AND party = 'SELLER' AND NOT archived
    AND ($3::timestamptz IS NULL OR (last_activity_at, owner_id, thread_id) < ($3, $4::bigint, $5::bigint))
  ORDER BY last_activity_at DESC, owner_id DESC, thread_id DESC
  LIMIT $2
)
SELECT t.subject, page.marked_unread, page.unread_count, page.last_activity_at,
  m.number, m.body, m.created_at, w.display_name,
  r.number, r.status, r.reason, r.outcome, r.due_at, r.overdue OR r.due_at <= now(), r.opened_at,
  o.external_id, o.title, o.price_minor, o.currency,
  b.username, b.display_name,
  l.components, l.amounts, l.balances,
  a.actions::text, page.thread_id
FROM page
JOIN threads t ON t.owner_id = page.owner_id AND t.id = page.thread_id
JOIN requests r ON r.seller_id = t.owner_id AND r.number = t.request_number
JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
JOIN accounts b ON b.id = r.buyer_id
LEFT JOIN messages m ON m.owner_id = t.owner_id AND m.thread_id = t.id AND m.number = t.last_message_number
LEFT JOIN accounts w ON w.id = m.author_id
LEFT JOIN bench.available_actions a ON a.seller_id = r.seller_id AND a.request_number = r.number
LEFT JOIN LATERAL (
  SELECT array_agg(component::text) AS components, array_agg(amount_minor) AS amounts,
    array_agg(balance_after_minor) AS balances
  FROM (
    SELECT component, amount_minor, balance_after_minor
    FROM journal_lines
    WHERE seller_id = r.seller_id AND request_number = r.number AND entry_number IS NOT NULL
    ORDER BY entry_number
  ) AS line
) l ON true
ORDER BY page.last_activity_at DESC, page.owner_id DESC, page.thread_id DESC
