-- A request by its key, for the viewer.
SELECT r.status, r.reason, r.version, r.due_at, r.opened_at, o.external_id, o.title, o.price_minor,
  o.currency, b.username, b.display_name
FROM requests r
JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
JOIN accounts b ON b.id = r.buyer_id
WHERE r.seller_id = $1 AND r.number = $2 AND (r.seller_id = $3 OR r.buyer_id = $3)
