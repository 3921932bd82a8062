-- The refund, and all that follows: seller, request, thread, buyer, order, currency, total, charge, words, journal,
-- the journal's lines (account, component, amount, entry, balance), and how many of them are the seller's.
WITH moment AS MATERIALIZED (
  SELECT clock_timestamp() AS at
), closed AS (
  UPDATE requests SET version = version + 1, status = 'CLOSED', outcome = 'REFUNDED', funded_by = 'SELLER',
    updated_at = at, closed_at = at, due_at = NULL, overdue = false, escalation_opened_as = NULL, rating_counted = true,
    rating_because = 'You gave an appropriate resolution.', rating_signals = ARRAY['RESOLVED'],
    rating_positive = 1, rating_negative = 0
  FROM moment
  WHERE seller_id = $1 AND number = $2
  RETURNING version, at
), refunded AS (
  INSERT INTO refunds (seller_id, request_number, order_id, currency, amount_minor, funded_by, status, created_at)
  SELECT $1, $2, $5, $6, $7, 'SELLER', 'PENDING', at FROM moment
), paid AS (
  UPDATE orders SET refunded_minor = refunded_minor + $7, charged_minor = charged_minor + $8
  WHERE seller_id = $1 AND id = $5
), stopped AS (
  DELETE FROM deadlines WHERE seller_id = $1 AND request_number = $2
), answered AS (
  UPDATE response_clocks SET responded_at = at FROM moment
  WHERE seller_id = $1 AND request_number = $2 AND responded_at IS NULL
), said AS (
  UPDATE threads SET last_message_number = last_message_number + 1,
    last_activity_at = greatest(last_activity_at, at)
  FROM moment
  WHERE owner_id = $1 AND id = $3
  RETURNING last_message_number AS number, at
), words AS (
  INSERT INTO messages (owner_id, thread_id, number, author_id, party, kind, body, created_at, search)
  SELECT $1, $3, number, NULL, 'SELLER', 'SYSTEM', $9, at,
    array_to_tsvector(ARRAY['@' || $1::bigint, '@' || $4::bigint]) || to_tsvector('simple', $9)
  FROM said
), seen AS (
  UPDATE inbox_entries SET status = 'CLOSED', due_at = NULL, archived = false,
    last_activity_at = greatest(last_activity_at, said.at),
    last_read_number = CASE WHEN account_id = $1 THEN said.number ELSE last_read_number END,
    unread_count = CASE WHEN account_id = $1 THEN 0 ELSE unread_count + 1 END,
    marked_unread = marked_unread AND account_id <> $1
  FROM said
  WHERE account_id IN ($1, $4) AND owner_id = $1 AND thread_id = $3
), journal AS (
  INSERT INTO journals (seller_id, number, kind, order_id, request_number, description, posted_at)
  SELECT $1, $10, 'FULL_REFUND', $5, $2, 'Full refund', at FROM moment
), lines AS (
  INSERT INTO journal_lines (seller_id, journal_number, position, account, component, currency, amount_minor,
    entry_number, balance_after_minor, posted_at, order_id, request_number)
  SELECT $1, $10, line.position, line.account, line.component, $6, line.amount, line.entry, line.balance, at, $5, $2
  FROM moment, unnest($11::text[], $12::text[], $13::bigint[], $14::int[], $15::bigint[])
    WITH ORDINALITY AS line (account, component, amount, entry, balance, position)
), booked AS (
  UPDATE sellers SET last_journal_number = $10, last_entry_number = last_entry_number + $16,
    posted_minor = posted_minor - $8, last_posted_at = at
  FROM moment
  WHERE seller_id = $1
), last AS MATERIALIZED (
  SELECT coalesce(max(number), 0) AS number FROM timeline WHERE seller_id = $1 AND request_number = $2
), happened AS (
  INSERT INTO timeline (seller_id, request_number, number, kind, at, by, actor_id, action, from_status, to_status,
    outcome, text, message_number, refund_status, entry_number)
  SELECT $1, $2, last.number + step.place, step.kind, said.at, 'SELLER', $1,
    CASE step.kind WHEN 'STATUS_CHANGE' THEN 'REFUND_IN_FULL' END,
    CASE step.kind WHEN 'STATUS_CHANGE' THEN 'AWAITING_SELLER' END,
    CASE step.kind WHEN 'STATUS_CHANGE' THEN 'CLOSED' END,
    CASE step.kind WHEN 'STATUS_CHANGE' THEN 'REFUNDED' END,
    CASE step.kind WHEN 'STATUS_CHANGE' THEN $9 END,
    CASE step.kind WHEN 'MESSAGE_POSTED' THEN said.number END,
    CASE step.kind WHEN 'REFUND_CHANGE' THEN 'PENDING' END,
    step.entry
  FROM said, last, (
    SELECT 'LEDGER_POSTING' AS kind, place, $14[place] AS entry FROM generate_series(1, $16::int) AS place
    UNION ALL VALUES ('REFUND_CHANGE', $16::int + 1, NULL::int), ('STATUS_CHANGE', $16::int + 2, NULL),
      ('MESSAGE_POSTED', $16::int + 3, NULL)
  ) AS step
), counted AS (
  INSERT INTO notification_counts (account_id, last_number) VALUES ($4, 1)
  ON CONFLICT (account_id) DO UPDATE SET last_number = notification_counts.last_number + 1
  RETURNING last_number
), notified AS (
  INSERT INTO notifications (account_id, number, kind, text, owner_id, request_number, thread_id, created_at)
  SELECT $4, last_number, 'REFUND_CHANGED', 'Request R' || $1::bigint || '-' || $2::int || ': ' || $9, $1, $2, $3,
    at
  FROM counted, moment
), grown AS (
  INSERT INTO streams (name, head)
  SELECT name, added
  FROM (VALUES ('a' || $1::bigint, $16::int + 4), ('a' || $4::bigint, 4),
    ('r' || $1::bigint || '-' || $2::int, 3), ('t' || $1::bigint || '-' || $3::bigint, 1)) AS more (name, added)
  ORDER BY name
  ON CONFLICT (name) DO UPDATE SET head = streams.head + excluded.head, version = streams.version + 1
  RETURNING name, head
), told AS (
  INSERT INTO events (stream, sequence, type, kind, at, owner_id, request_number, timeline_number, thread_id,
    message_number, entry_number, account_id, notification_number)
  SELECT grown.name, grown.head - event.later, event.type, event.kind, said.at,
    CASE WHEN event.type <> 'NOTIFICATION' THEN $1 END,
    CASE WHEN event.type IN ('REQUEST', 'RATING') THEN $2 END,
    CASE WHEN event.type = 'REQUEST' THEN last.number + event.place END,
    CASE WHEN event.type = 'MESSAGE' THEN $3 END,
    CASE WHEN event.type = 'MESSAGE' THEN said.number END,
    event.entry,
    CASE WHEN event.type = 'NOTIFICATION' THEN $4 END,
    CASE WHEN event.type = 'NOTIFICATION' THEN counted.last_number END
  FROM said, last, counted, (
    SELECT 'a' || $1::bigint AS stream, 'LEDGER' AS type, 'LEDGER_POSTED' AS kind, $16::int + 4 - place AS later,
      NULL::int AS place, $14[place] AS entry
    FROM generate_series(1, $16::int) AS place
    UNION ALL VALUES
      ('a' || $1::bigint, 'REQUEST', 'REFUND_CHANGED', 3, $16::int + 1, NULL::int),
      ('a' || $1::bigint, 'REQUEST', 'REQUEST_CLOSED', 2, $16::int + 2, NULL),
      ('a' || $1::bigint, 'MESSAGE', 'MESSAGE_POSTED', 1, NULL, NULL),
      ('a' || $1::bigint, 'RATING', 'RATING_CHANGED', 0, NULL, NULL),
      ('a' || $4::bigint, 'REQUEST', 'REFUND_CHANGED', 3, $16::int + 1, NULL),
      ('a' || $4::bigint, 'REQUEST', 'REQUEST_CLOSED', 2, $16::int + 2, NULL),
      ('a' || $4::bigint, 'MESSAGE', 'MESSAGE_POSTED', 1, NULL, NULL),
      ('a' || $4::bigint, 'NOTIFICATION', 'REFUND_CHANGED', 0, NULL, NULL),
      ('r' || $1::bigint || '-' || $2::int, 'REQUEST', 'REFUND_CHANGED', 2, $16::int + 1, NULL),
      ('r' || $1::bigint || '-' || $2::int, 'REQUEST', 'REQUEST_CLOSED', 1, $16::int + 2, NULL),
      ('r' || $1::bigint || '-' || $2::int, 'REQUEST', 'MESSAGE_POSTED', 0, $16::int + 3, NULL),
      ('t' || $1::bigint || '-' || $3::bigint, 'MESSAGE', 'MESSAGE_POSTED', 0, NULL, NULL)
  ) AS event
  JOIN grown ON grown.name = event.stream
)
SELECT version, at FROM closed
