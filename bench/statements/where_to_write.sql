-- The request of a thread, if the thread is the caller's own to write in; locked.
SELECT r.number, t.member_id
FROM threads t
JOIN requests r ON r.seller_id = t.owner_id AND r.number = t.request_number
JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
WHERE t.owner_id = $1 AND t.id = $2 AND t.owner_id = $3
FOR NO KEY UPDATE OF o, r
