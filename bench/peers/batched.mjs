// What the peers that load in batches share: lists read with one statement each, and for every edge one batch
// function, which reads what belongs to many objects with one statement. No look-ahead, no statement for a page.
// Whatever is read is the viewer's own, or hangs on it.
import { pool } from "./database.mjs";
import { named, parts, written } from "./ids.mjs";
import { major, microseconds } from "./values.mjs";
import { TYPES } from "./words.mjs";

const LARGEST = 100;
const LATEST = 2 ** 31 - 1;

/** How long a page is. */
export const size = (first) => Math.min(first ?? LARGEST, LARGEST);

const money = (minor, currencyCode) => ({ amount: major(minor), currencyCode });

async function read(name, text, values) {
  const { rows } = await pool.query({ name, text, values, rowMode: "array" });
  return rows;
}

/** The page that rows make, where one more than is asked for was to be read. */
function page(rows, first, node, cursor) {
  const shown = rows.length > first ? rows.slice(0, first) : rows;
  const endCursor = shown.length === 0 ? null : cursor(shown.at(-1));
  return { nodes: shown.map(node), pageInfo: { hasNextPage: rows.length > first, endCursor } };
}

const keyIn = (row, width) => (width === 1 ? String(row[0]) : row.slice(0, width).join(":"));

/** The rows of all keys, each of which begins with its key; a key may be null, and has none. */
function rowsOf({ name, text, width }, keys, more) {
  const there = keys.filter((key) => key !== null);
  if (there.length === 0) return [];
  return read(name, text, [...Array.from({ length: width }, (_, place) => there.map((key) => key[place])), ...more]);
}

/** A batch function: one object for each key, or what stands for none. */
function one(statement, made, none = null) {
  return async (keys, ...more) => {
    const found = new Map();
    for (const row of await rowsOf(statement, keys, more)) found.set(keyIn(row, statement.width), made(row));
    return keys.map((key) => (key && found.get(key.join(":"))) ?? none);
  };
}

async function grouped(statement, keys, more) {
  const found = new Map();
  for (const row of await rowsOf(statement, keys, more)) {
    const key = keyIn(row, statement.width);
    if (found.has(key)) found.get(key).push(row);
    else found.set(key, [row]);
  }
  return found;
}

/** A batch function: a list of objects for each key. */
function many(statement, made) {
  return async (keys, ...more) => {
    const found = await grouped(statement, keys, more);
    return keys.map((key) => (found.get(key.join(":")) ?? []).map(made));
  };
}

/** A batch function: the start of a list for each key, the last part of which is how long it is to be. */
function starts(statement, order, made) {
  return async (keys, ...more) => {
    const longest = Math.max(...keys.map((key) => key.at(-1)));
    const found = await grouped(statement, keys, [longest + 1, ...more]);
    const cursor = (row) => written(order, row[statement.width]);
    return keys.map((key) => page(found.get(key.slice(0, -1).join(":")) ?? [], key.at(-1), made, cursor));
  };
}

// What an object holds of the keys of others; null where there is no other.
export const authorKey = ({ authorId }) => authorId && [authorId];
export const buyerKey = ({ buyerId }) => [buyerId];
export const lastMessageKey = ({ sellerId, threadId, lastMessageNumber }) =>
  lastMessageNumber && [sellerId, threadId, lastMessageNumber];
export const orderKey = ({ sellerId, orderId }) => orderId && [sellerId, orderId];
export const requestKey = ({ sellerId, requestNumber }) => requestNumber && [sellerId, requestNumber];
export const threadKey = ({ sellerId, threadId }) => [sellerId, threadId];

const THREAD = `t.owner_id, t.id, t.subject, t.request_number, t.last_message_number, t.last_activity_at,
  coalesce(e.unread_count, 0), coalesce(e.marked_unread, false)`;
function thread(row) {
  const [sellerId, threadId, subject, requestNumber, lastMessageNumber, lastActivityAt, unreadCount, marked] = row;
  return {
    subject,
    unread: marked || unreadCount > 0,
    unreadCount,
    lastActivityAt,
    sellerId,
    threadId,
    requestNumber,
    lastMessageNumber,
  };
}

const INBOX = `SELECT ${THREAD}, e.last_activity_at
  FROM inbox_entries e JOIN threads t ON t.owner_id = e.owner_id AND t.id = e.thread_id
  WHERE e.account_id = $1 AND e.party = 'SELLER' AND NOT e.archived
    AND ($3::bigint IS NULL
      OR (e.last_activity_at, e.owner_id, e.thread_id)
        < ('epoch'::timestamptz + $3 * interval '1 microsecond', $4::bigint, $5::bigint))
  ORDER BY e.last_activity_at DESC, e.owner_id DESC, e.thread_id DESC LIMIT $2`;

/** A page of a seller's conversations with customers, the latest first. */
export async function inbox(account, first, after) {
  const place = after == null ? [null, null, null] : parts(after, "latest");
  const rows = await read("batched-inbox", INBOX, [account, first + 1, ...place]);
  return page(rows, first, thread, (row) => {
    const [owner, id] = row;
    return written("latest", microseconds(row.at(-1).replace("Z", "+00:00")), owner, id);
  });
}

const ENTRY = `l.seller_id, l.request_number, l.entry_number, l.component, l.amount_minor, l.balance_after_minor,
  l.currency, l.posted_at, j.description, l.order_id`;
const JOURNAL = "JOIN journals j ON j.seller_id = l.seller_id AND j.number = l.journal_number";
function entry(row) {
  const [sellerId, requestNumber, number, component, amount, balance, currency, postedAt, description, orderId] = row;
  return {
    number,
    component,
    amount: money(amount, currency),
    balanceAfter: money(balance, currency),
    postedAt,
    description,
    sellerId,
    orderId,
    requestNumber,
  };
}

const LEDGER = `SELECT ${ENTRY}
  FROM (
    SELECT * FROM journal_lines WHERE seller_id = $1 AND entry_number < $3 ORDER BY entry_number DESC LIMIT $2
  ) AS l ${JOURNAL}
  ORDER BY l.entry_number DESC`;

/** A page of a seller's own ledger, the latest line first. */
export async function ledger(account, first, after) {
  const before = after == null ? LATEST : parts(after, "ledger")[0];
  const rows = await read("batched-ledger", LEDGER, [account, first + 1, before]);
  return page(rows, first, entry, (row) => written("ledger", row[2]));
}

/** The lines of requests in the viewer's own ledger, by seller and request. */
export const entriesOf = many({
  name: "batched-entries",
  width: 2,
  text: `SELECT ${ENTRY} FROM journal_lines l ${JOURNAL}
    WHERE (l.seller_id, l.request_number) IN (SELECT * FROM unnest($1::bigint[], $2::int[]))
      AND l.seller_id = $3 AND l.entry_number IS NOT NULL
    ORDER BY l.entry_number`,
}, entry);

/** Requests that the viewer is a party to, by seller and number. */
export const requests = one({
  name: "batched-requests",
  width: 2,
  text: `SELECT seller_id, number, status, reason, outcome, description, version, opened_at, due_at, closed_at,
      coalesce(overdue OR due_at <= now(), false), order_id, buyer_id, thread_id
    FROM requests
    WHERE (seller_id, number) IN (SELECT * FROM unnest($1::bigint[], $2::int[]))
      AND ($3 IN (seller_id, buyer_id)) IS TRUE`, // so written, the keys are looked up, not all of a party's requests
}, ([sellerId, requestNumber, status, reason, outcome, description, version, createdAt, dueAt, closedAt, overdue,
  orderId, buyerId, threadId]) => ({
  id: written("SupportRequest", sellerId, requestNumber),
  number: named(sellerId, requestNumber),
  status,
  reason,
  outcome,
  description,
  version,
  createdAt,
  dueAt,
  closedAt,
  overdue,
  sellerId,
  requestNumber,
  orderId,
  buyerId,
  threadId,
}));

/** Orders, by seller and id. */
export const orders = one({
  name: "batched-orders",
  width: 2,
  text: `SELECT seller_id, id, external_id, title, price_minor, currency FROM orders
    WHERE (seller_id, id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))`,
}, ([, , externalId, title, price, currency]) => ({ externalId, title, price: money(price, currency) }));

/** People, by their account. */
export const users = one({
  name: "batched-users",
  width: 1,
  text: "SELECT id, username, display_name FROM accounts WHERE id = ANY ($1::bigint[])",
}, ([, username, displayName]) => ({ username, displayName }));

/** Conversations as the viewer has them, by owner and id. */
export const threads = one({
  name: "batched-threads",
  width: 2,
  text: `SELECT ${THREAD}
    FROM threads t LEFT JOIN inbox_entries e ON e.account_id = $3 AND e.owner_id = t.owner_id AND e.thread_id = t.id
    WHERE (t.owner_id, t.id) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[]))`,
}, thread);

const MESSAGE = "m.owner_id, m.thread_id, m.number, m.party, m.kind, m.body, m.created_at, m.author_id";
function message([, , number, party, kind, body, createdAt, authorId]) {
  return { number, party, kind, body, createdAt, authorId };
}

/** Single messages, by owner, conversation and number. */
export const messages = one({
  name: "batched-messages",
  width: 3,
  text: `SELECT ${MESSAGE} FROM messages m
    WHERE (owner_id, thread_id, number) IN (SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::int[]))`,
}, message);

/** The starts of conversations, by owner, conversation and length. */
export const messagesOf = starts({
  name: "batched-messages-of",
  width: 2,
  text: `SELECT m.* FROM unnest($1::bigint[], $2::bigint[]) AS key (owner_id, thread_id)
    CROSS JOIN LATERAL (
      SELECT ${MESSAGE} FROM messages m
      WHERE m.owner_id = key.owner_id AND m.thread_id = key.thread_id ORDER BY m.number LIMIT $3
    ) AS m`,
}, "messages", message);

/** The starts of what happened to requests, as far as the viewer may see it: by seller, request and length. */
export const timelineOf = starts({
  name: "batched-timeline-of",
  width: 2,
  text: `SELECT h.* FROM unnest($1::bigint[], $2::int[]) AS key (seller_id, request_number)
    CROSS JOIN LATERAL (
      SELECT h.seller_id, h.request_number, h.number, h.kind, h.at, h.by, h.from_status, h.to_status, h.action,
        h.outcome, h.text, h.due_at, h.missed_party
      FROM timeline h
      WHERE h.seller_id = key.seller_id AND h.request_number = key.request_number
        AND (h.seller_id = $4 OR h.kind NOT IN ('CLAIM_CHANGE', 'LEDGER_POSTING'))
      ORDER BY h.number LIMIT $3
    ) AS h`,
}, "timeline", ([, , , kind, at, by, fromStatus, toStatus, action, outcome, text, dueAt, party]) => (
  { __typename: TYPES[kind], at, by, fromStatus, toStatus, action, outcome, text, dueAt, party }
));

/** What was given back for requests, by seller and request. */
export const refundsOf = many({
  name: "batched-refunds",
  width: 2,
  text: `SELECT seller_id, request_number, amount_minor, currency, status FROM refunds
    WHERE (seller_id, request_number) IN (SELECT * FROM unnest($1::bigint[], $2::int[]))`,
}, ([, , amount, currency, status]) => ({ amount: money(amount, currency), status }));

/** What the viewer may do as a seller, by seller and request: read ready-made, as no peer knows the rules. */
export const actionsOf = one({
  name: "batched-actions",
  width: 2,
  text: `SELECT seller_id, request_number, actions FROM bench.available_actions
    WHERE (seller_id, request_number) IN (SELECT * FROM unnest($1::bigint[], $2::int[]))
      AND party = 'SELLER' AND seller_id = $3`,
}, ([, , actions]) => actions, []);
