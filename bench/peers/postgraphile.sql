-- What PostGraphile shows of Amends' tables: views in a schema of their own, with the tags that say how they hang
-- together. Nothing here is a root: what may be looked at, and by whom, postgraphile.mjs says.
CREATE SCHEMA IF NOT EXISTS bench;

CREATE OR REPLACE VIEW bench.member AS SELECT id, username, display_name FROM accounts;
CREATE OR REPLACE VIEW bench.sale AS
  SELECT seller_id, id, external_id, title, price_minor, currency FROM orders;
CREATE OR REPLACE VIEW bench.place AS
  SELECT account_id, owner_id, thread_id, party, archived, last_activity_at, unread_count,
    marked_unread OR unread_count > 0 AS unread
  FROM inbox_entries;
CREATE OR REPLACE VIEW bench.conversation AS
  SELECT owner_id, id, owner_id AS reader_id, subject, request_number, last_message_number FROM threads;
CREATE OR REPLACE VIEW bench.word AS
  SELECT owner_id, thread_id, number, author_id, party, kind, body, created_at FROM messages;
CREATE OR REPLACE VIEW bench.request AS
  SELECT seller_id, number, order_id, buyer_id, thread_id, status, reason, outcome, description, version, opened_at,
    due_at, coalesce(overdue OR due_at <= now(), false) AS overdue
  FROM requests;
CREATE OR REPLACE VIEW bench.happening AS
  SELECT seller_id, request_number, number, kind, at, by, from_status, to_status, action, outcome, text, due_at,
    missed_party
  FROM timeline;
CREATE OR REPLACE VIEW bench.booking AS SELECT seller_id, number, description FROM journals;
CREATE OR REPLACE VIEW bench.entry AS
  SELECT seller_id, entry_number, journal_number, component, amount_minor, balance_after_minor, currency, posted_at,
    order_id, request_number
  FROM journal_lines WHERE entry_number IS NOT NULL;
CREATE OR REPLACE VIEW bench.allowed AS
  SELECT seller_id, request_number, actions FROM bench.available_actions WHERE party = 'SELLER';

COMMENT ON VIEW bench.member IS E'@primaryKey id';
COMMENT ON VIEW bench.sale IS E'@primaryKey seller_id,id';
COMMENT ON VIEW bench.place IS E'@primaryKey account_id,owner_id,thread_id
@foreignKey (owner_id,thread_id) references conversation (owner_id,id)|@fieldName conversation';
COMMENT ON VIEW bench.conversation IS E'@primaryKey owner_id,id
@foreignKey (owner_id,request_number) references request (seller_id,number)|@fieldName request
@foreignKey (owner_id,id,last_message_number) references word (owner_id,thread_id,number)|@fieldName lastMessage
@foreignKey (reader_id,owner_id,id) references place (account_id,owner_id,thread_id)|@fieldName own';
COMMENT ON VIEW bench.word IS E'@primaryKey owner_id,thread_id,number
@foreignKey (owner_id,thread_id) references conversation (owner_id,id)|@foreignFieldName messages|@behavior +manyRelation:resource:connection
@foreignKey (author_id) references member (id)|@fieldName author';
COMMENT ON VIEW bench.request IS E'@primaryKey seller_id,number
@foreignKey (seller_id,order_id) references sale (seller_id,id)|@fieldName sale
@foreignKey (buyer_id) references member (id)|@fieldName buyer
@foreignKey (seller_id,thread_id) references conversation (owner_id,id)|@fieldName conversation
@foreignKey (seller_id,number) references allowed (seller_id,request_number)|@fieldName allowed';
COMMENT ON VIEW bench.happening IS E'@primaryKey seller_id,request_number,number
@foreignKey (seller_id,request_number) references request (seller_id,number)|@foreignFieldName timeline|@behavior +manyRelation:resource:connection';
COMMENT ON VIEW bench.booking IS E'@primaryKey seller_id,number';
COMMENT ON VIEW bench.entry IS E'@primaryKey seller_id,entry_number
@foreignKey (seller_id,journal_number) references booking (seller_id,number)|@fieldName booking
@foreignKey (seller_id,order_id) references sale (seller_id,id)|@fieldName sale
@foreignKey (seller_id,request_number) references request (seller_id,number)|@fieldName request|@foreignSimpleFieldName entries|@behavior +manyRelation:resource:list';
COMMENT ON VIEW bench.allowed IS E'@primaryKey seller_id,request_number';
