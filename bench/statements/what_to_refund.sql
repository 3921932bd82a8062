-- What a refund of the seller's own open request comes to; locked, the seller's ledger too.
SELECT r.thread_id, r.buyer_id, r.version, o.id, o.currency, o.price_minor, o.tax_minor, o.shipping_minor,
  o.commission_minor, o.processing_fee_minor, s.last_journal_number, s.last_entry_number, s.posted_minor
FROM requests r
JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
JOIN sellers s ON s.seller_id = r.seller_id
WHERE r.seller_id = $1 AND r.number = $2 AND r.seller_id = $3 AND r.status <> 'CLOSED' AND o.refunded_minor = 0
FOR NO KEY UPDATE OF o, r, s
