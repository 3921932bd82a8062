-- A request (seller, number) for the viewer, with its messages and its timeline, so many rows of each:
-- part 0 is the request, part 1 a message, part 2 what happened. The names are those of part 0.
WITH request AS MATERIALIZED (
  SELECT r.*, o.title, o.price_minor, o.currency, b.display_name, t.subject, e.unread_count
  FROM requests r
  JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
  JOIN accounts b ON b.id = r.buyer_id
  JOIN threads t ON t.owner_id = r.seller_id AND t.id = r.thread_id
  LEFT JOIN inbox_entries e ON e.account_id = $3 AND e.owner_id = t.owner_id AND e.thread_id = t.id
  WHERE r.seller_id = $1 AND r.number = $2 AND (r.seller_id = $3 OR r.buyer_id = $3)
)
(SELECT 0 AS part, version::bigint AS number, price_minor AS minor, unread_count::bigint AS count,
  status::text AS t1, reason::text AS t2, outcome::text AS t3, description AS t4, title AS t5,
  currency::text AS t6, display_name AS t7, subject AS t8, opened_at AS at, due_at AS due
FROM request)
UNION ALL
(SELECT 1, m.number, NULL, NULL, m.party, m.kind, m.body, w.username, w.display_name, NULL, NULL, NULL,
  m.created_at, NULL
FROM request r
JOIN messages m ON m.owner_id = r.seller_id AND m.thread_id = r.thread_id
LEFT JOIN accounts w ON w.id = m.author_id
ORDER BY m.number LIMIT $4)
UNION ALL
(SELECT 2, l.number, NULL, NULL, l.kind, l.by, l.from_status, l.to_status, l.action, l.outcome, l.text,
  l.missed_party, l.at, l.due_at
FROM request r
JOIN timeline l ON l.seller_id = r.seller_id AND l.request_number = r.number
ORDER BY l.number LIMIT $4)
