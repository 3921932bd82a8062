-- A message of the seller's, and all that follows: seller, request, thread, buyer, body.
WITH said AS (
  UPDATE threads SET last_message_number = last_message_number + 1,
    last_activity_at = greatest(last_activity_at, moment.at)
  FROM (SELECT clock_timestamp() AS at) AS moment
  WHERE owner_id = $1 AND id = $3
  RETURNING last_message_number AS number, moment.at
), words AS (
  INSERT INTO messages (owner_id, thread_id, number, author_id, party, kind, body, created_at, search)
  SELECT $1, $3, number, $1, 'SELLER', 'TEXT', $5, at,
    array_to_tsvector(ARRAY['@' || $1::bigint, '@' || $4::bigint]) || to_tsvector('simple', $5)
  FROM said
), happened AS (
  INSERT INTO timeline (seller_id, request_number, number, kind, at, by, actor_id, message_number)
  SELECT $1, $2, (SELECT coalesce(max(l.number), 0) + 1 FROM timeline l
    WHERE l.seller_id = $1 AND l.request_number = $2), 'MESSAGE_POSTED', at, 'SELLER', $1, number
  FROM said
  RETURNING number
), lapses AS (
  INSERT INTO deadlines (seller_id, request_number, kind, due_at, next_attempt_at, attempts)
  SELECT $1, $2, 'LAPSE', at + interval '29 days', at + interval '29 days', 0 FROM said
  ON CONFLICT (seller_id, request_number, kind)
    DO UPDATE SET due_at = excluded.due_at, next_attempt_at = excluded.next_attempt_at, attempts = 0
), answered AS (
  UPDATE response_clocks SET responded_at = at FROM said
  WHERE seller_id = $1 AND request_number = $2 AND responded_at IS NULL
), heard AS (
  UPDATE requests SET escalation_opened_as = NULL WHERE seller_id = $1 AND requests.number = $2
), seen AS (
  UPDATE inbox_entries SET last_activity_at = greatest(last_activity_at, said.at), archived = false,
    last_read_number = CASE WHEN account_id = $1 THEN said.number ELSE last_read_number END,
    unread_count = CASE WHEN account_id = $1 THEN 0 ELSE unread_count + 1 END,
    marked_unread = marked_unread AND account_id <> $1
  FROM said
  WHERE account_id IN ($1, $4) AND owner_id = $1 AND thread_id = $3
), counted AS (
  INSERT INTO notification_counts (account_id, last_number) VALUES ($4, 1)
  ON CONFLICT (account_id) DO UPDATE SET last_number = notification_counts.last_number + 1
  RETURNING last_number
), notified AS (
  INSERT INTO notifications (account_id, number, kind, text, owner_id, request_number, thread_id, created_at)
  SELECT $4, last_number, 'MESSAGE_POSTED',
    'The seller wrote to you about request R' || $1::bigint || '-' || $2::int || '.', $1, $2, $3, at
  FROM counted, said
), grown AS (
  INSERT INTO streams (name, head)
  SELECT name, added
  FROM (VALUES ('a' || $1::bigint, 1), ('a' || $4::bigint, 2), ('r' || $1::bigint || '-' || $2::int, 1),
    ('t' || $1::bigint || '-' || $3::bigint, 1)) AS more (name, added)
  ORDER BY name
  ON CONFLICT (name) DO UPDATE SET head = streams.head + excluded.head, version = streams.version + 1
  RETURNING name, head
), told AS (
  INSERT INTO events (stream, sequence, type, kind, at, owner_id, request_number, timeline_number, thread_id,
    message_number, account_id, notification_number)
  SELECT grown.name, grown.head - event.later, event.type, 'MESSAGE_POSTED', said.at,
    CASE WHEN event.type <> 'NOTIFICATION' THEN $1 END,
    CASE WHEN event.type = 'REQUEST' THEN $2 END,
    CASE WHEN event.type = 'REQUEST' THEN happened.number END,
    CASE WHEN event.type = 'MESSAGE' THEN $3 END,
    CASE WHEN event.type = 'MESSAGE' THEN said.number END,
    CASE WHEN event.type = 'NOTIFICATION' THEN $4 END,
    CASE WHEN event.type = 'NOTIFICATION' THEN counted.last_number END
  FROM said, happened, counted, (VALUES ('a' || $1::bigint, 'MESSAGE', 0), ('a' || $4::bigint, 'MESSAGE', 1),
    ('a' || $4::bigint, 'NOTIFICATION', 0), ('t' || $1::bigint || '-' || $3::bigint, 'MESSAGE', 0),
    ('r' || $1::bigint || '-' || $2::int, 'REQUEST', 0)) AS event (stream, type, later)
  JOIN grown ON grown.name = event.stream
)
SELECT said.number, said.at, writer.display_name FROM said, accounts writer WHERE writer.id = $1
