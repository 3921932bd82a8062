// The pages, each in one joined statement that reads what the document selects (look-ahead), and how its rows
// become objects. Every statement names the viewer's account: nobody is shown what is not theirs. Where a
// document selects less, less is joined. The available actions are read ready-made: no peer knows the rules.
import { read, statement } from "./database.mjs";
import { named, parts, written } from "./ids.mjs";
import { instant, major, microseconds } from "./values.mjs";
import { TYPES } from "./words.mjs";

const LARGEST = 2 ** 31 - 1;
const statements = new Map();

/** A statement built once for each choice of its optional parts; a part not chosen reads nothing. */
function chosen(name, build, wanted, options) {
  const bits = options.map((option) => (wanted.has(option) ? "1" : "0")).join("");
  const key = `${name}${bits}`;
  let found = statements.get(key);
  if (found === undefined) {
    found = build(key, (option, columns, otherwise = "NULL") => (wanted.has(option) ? columns : otherwise));
    statements.set(key, found);
  }
  return found;
}

const money = (minor, currencyCode) => ({ amount: major(minor), currencyCode });

const INBOX_OPTIONS = [
  "nodes.lastMessage", "nodes.request.order", "nodes.request.buyer", "nodes.request.ledgerEntries",
  "nodes.request.availableActions",
];
function inboxStatement(name, when) {
  const [message, order, buyer, ledger, actions] = INBOX_OPTIONS;
  return statement(
    name,
    `t.subject, page.marked_unread, page.unread_count, t.last_activity_at,
     ${when(message, "m.number, m.body, m.created_at, w.display_name", "NULL, NULL, NULL, NULL")},
     r.number, r.status, r.reason, r.outcome, r.due_at, coalesce(r.overdue OR r.due_at <= now(), false), r.opened_at,
     ${when(order, "o.external_id, o.title, o.price_minor, o.currency", "NULL, NULL, NULL, NULL")},
     ${when(buyer, "b.username, b.display_name", "NULL, NULL")},
     ${when(ledger, "l.lines")}, ${when(actions, "a.actions")},
     page.last_activity_at, page.owner_id, page.thread_id`,
    `FROM (
       SELECT owner_id, thread_id, last_activity_at, unread_count, marked_unread FROM inbox_entries
       WHERE account_id = $1 AND party = 'SELLER' AND NOT archived
         AND ($3::bigint IS NULL
           OR (last_activity_at, owner_id, thread_id)
             < ('epoch'::timestamptz + $3 * interval '1 microsecond', $4::bigint, $5::bigint))
       ORDER BY last_activity_at DESC, owner_id DESC, thread_id DESC LIMIT $2
     ) AS page
     JOIN threads t ON t.owner_id = page.owner_id AND t.id = page.thread_id
     JOIN requests r ON r.seller_id = t.owner_id AND r.number = t.request_number
     ${when(order, "JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id", "")}
     ${when(buyer, "JOIN accounts b ON b.id = r.buyer_id", "")}
     ${when(
       message,
       `LEFT JOIN messages m
          ON m.owner_id = t.owner_id AND m.thread_id = t.id AND m.number = t.last_message_number
        LEFT JOIN accounts w ON w.id = m.author_id`,
       "",
     )}
     ${when(
       actions,
       `LEFT JOIN bench.available_actions a
          ON a.seller_id = r.seller_id AND a.request_number = r.number AND a.party = 'SELLER'`,
       "",
     )}
     ${when(
       ledger,
       `LEFT JOIN LATERAL (
          SELECT json_agg(json_build_array(component, amount_minor, balance_after_minor, currency)
            ORDER BY entry_number) AS lines
          FROM journal_lines
          WHERE seller_id = r.seller_id AND request_number = r.number AND entry_number IS NOT NULL
        ) l ON true`,
       "",
     )}
     ORDER BY page.last_activity_at DESC, page.owner_id DESC, page.thread_id DESC`,
  );
}

function inboxNode(row) {
  const [subject, marked, unreadCount, active, message, body, said, author, number, status, reason, outcome, due,
    overdue, opened, externalId, title, price, currency, username, displayName, lines, actions, , owner] = row;
  return {
    subject,
    unread: marked || unreadCount > 0,
    unreadCount,
    lastActivityAt: instant(active),
    lastMessage: message === null ? null : {
      number: message,
      body,
      createdAt: instant(said),
      author: author === null ? null : { displayName: author },
    },
    request: {
      number: named(owner, number),
      status,
      reason,
      outcome,
      dueAt: instant(due),
      overdue,
      createdAt: instant(opened),
      order: externalId === null ? null : { externalId, title, price: money(price, currency) },
      buyer: { username, displayName },
      ledgerEntries: lines === null ? [] : lines.map(([component, amount, balance, its]) => ({
        component,
        amount: money(amount, its),
        balanceAfter: money(balance, its),
      })),
      availableActions: actions ?? [],
    },
  };
}

/** A page of a seller's conversations with customers, the latest first. */
export async function inbox(account, { first, after }, wanted) {
  const place = after == null ? [null, null, null] : parts(after, "latest");
  const page = chosen("inbox", inboxStatement, wanted, INBOX_OPTIONS);
  const rows = await read(page, [account, first + 1, ...place]);
  const hasNextPage = rows.length > first;
  if (hasNextPage) rows.pop();
  const last = rows.at(-1);
  const endCursor = last === undefined ? null : written("latest", microseconds(last.at(-3)), last.at(-2), last.at(-1));
  return { nodes: rows.map(inboxNode), pageInfo: { hasNextPage, endCursor } };
}

// Looked up line by line (OFFSET 0 keeps it so): planned for any seller, a join would read all of a seller's requests.
const LEDGER_OPTIONS = ["nodes.order", "nodes.request"];
function ledgerStatement(name, when) {
  const [order, request] = LEDGER_OPTIONS;
  return statement(
    name,
    `l.entry_number, l.component, l.amount_minor, l.currency, l.balance_after_minor, l.posted_at, j.description,
     ${when(order, "o.external_id, o.title", "NULL, NULL")}, ${when(request, "r.number, r.status", "NULL, NULL")}`,
    `FROM (
       SELECT * FROM journal_lines WHERE seller_id = $1 AND entry_number < $3 ORDER BY entry_number DESC LIMIT $2
     ) AS l
     JOIN LATERAL (SELECT description FROM journals WHERE seller_id = $1 AND number = l.journal_number OFFSET 0) j
       ON true
     ${when(order, "LEFT JOIN orders o ON o.seller_id = $1 AND o.id = l.order_id", "")}
     ${when(
       request,
       `LEFT JOIN LATERAL (
          SELECT number, status FROM requests WHERE seller_id = $1 AND number = l.request_number OFFSET 0
        ) r ON true`,
       "",
     )}
     ORDER BY l.entry_number DESC`,
  );
}

/** A page of a seller's own ledger, the latest line first. */
export async function ledgerEntries(account, { first, after }, wanted) {
  const before = after == null ? LARGEST : parts(after, "ledger")[0];
  const rows = await read(chosen("ledger", ledgerStatement, wanted, LEDGER_OPTIONS), [account, first + 1, before]);
  const hasNextPage = rows.length > first;
  if (hasNextPage) rows.pop();
  const nodes = rows.map(
    ([number, component, amount, currency, balance, posted, description, externalId, title, request, status]) => ({
      number,
      component,
      amount: money(amount, currency),
      balanceAfter: money(balance, currency),
      postedAt: instant(posted),
      description,
      order: externalId === null ? null : { externalId, title },
      request: request === null ? null : { number: named(account, request), status },
    }),
  );
  const endCursor = nodes.length === 0 ? null : written("ledger", nodes.at(-1).number);
  return { nodes, pageInfo: { hasNextPage, endCursor } };
}

// The lists within a request: read to one row more than is asked for, in their order. Where no list is asked
// for, none is read.
const REQUEST_OPTIONS = ["thread.messages", "thread", "timeline", "refunds"];
function requestStatement(name, when) {
  const [messages, thread, timeline, refunds] = REQUEST_OPTIONS;
  return statement(
    name,
    `r.seller_id, r.number, r.status, r.reason, r.outcome, r.description, r.version, r.opened_at, r.due_at,
     r.closed_at, o.external_id, o.title, o.price_minor, o.currency, b.username, b.display_name,
     ${when(thread, "t.subject, coalesce(e.unread_count, 0)", "NULL, NULL")},
     ${when(
       messages,
       `(SELECT json_agg(one.row) FROM (
           SELECT json_build_array(m.number, m.party, m.kind, m.body, m.created_at, w.username, w.display_name) AS row
           FROM messages m LEFT JOIN accounts w ON w.id = m.author_id
           WHERE m.owner_id = r.seller_id AND m.thread_id = r.thread_id
           ORDER BY m.number LIMIT $4
         ) AS one)`,
     )},
     ${when(
       timeline,
       `(SELECT json_agg(one.row) FROM (
           SELECT json_build_array(h.number, h.kind, h.at, h.by, h.from_status, h.to_status, h.action, h.outcome,
             h.text, h.due_at, h.missed_party) AS row
           FROM timeline h
           WHERE h.seller_id = r.seller_id AND h.request_number = r.number
             AND (r.seller_id = $3 OR h.kind NOT IN ('CLAIM_CHANGE', 'LEDGER_POSTING'))
           ORDER BY h.number LIMIT $5
         ) AS one)`,
     )},
     ${when(
       refunds,
       `(SELECT json_agg(json_build_array(f.amount_minor, f.currency, f.status)) FROM refunds f
         WHERE f.seller_id = r.seller_id AND f.request_number = r.number)`,
     )}`,
    `FROM requests r
     JOIN orders o ON o.seller_id = r.seller_id AND o.id = r.order_id
     JOIN accounts b ON b.id = r.buyer_id
     ${when(
       thread,
       `JOIN threads t ON t.owner_id = r.seller_id AND t.id = r.thread_id
        LEFT JOIN inbox_entries e ON e.account_id = $3 AND e.owner_id = t.owner_id AND e.thread_id = t.id`,
       "",
     )}
     WHERE r.seller_id = $1 AND r.number = $2 AND (r.seller_id = $3 OR r.buyer_id = $3)
       ${when(messages, "", "AND $4::int IS NULL")} ${when(timeline, "", "AND $5::int IS NULL")}`,
  );
}

function message([number, party, kind, body, said, username, displayName]) {
  const author = username === null ? null : { username, displayName };
  return { number, party, kind, body, createdAt: instant(said), author };
}

function happening([, kind, at, by, fromStatus, toStatus, action, outcome, text, due, party]) {
  const happened = { __typename: TYPES[kind], at: instant(at), by };
  if (kind === "STATUS_CHANGE") return { ...happened, fromStatus, toStatus, action, outcome, text };
  return kind === "DEADLINE_MISSED" ? { ...happened, dueAt: instant(due), party } : happened;
}

function firstOf(rows, first, order, node) {
  const shown = rows.length > first ? rows.slice(0, first) : rows;
  const endCursor = shown.length === 0 ? null : written(order, shown.at(-1)[0]);
  return { nodes: shown.map(node), pageInfo: { hasNextPage: rows.length > first, endCursor } };
}

/** The start of a conversation, of the rows that its request was read with. */
export const messages = (rows, first) => firstOf(rows, first, "messages", message);

/** The start of what happened to a request, of the rows that it was read with. */
export const timeline = (rows, first) => firstOf(rows, first, "timeline", happening);

/** A request, with as much of its lists as is asked for; null where there is none for this viewer. */
export async function request(account, seller, number, wanted, most = null, many = null) {
  const page = chosen("request", requestStatement, wanted, REQUEST_OPTIONS);
  const [row] = await read(page, [seller, number, account, most && most + 1, many && many + 1]);
  if (row === undefined) return null;
  const [owner, its, status, reason, outcome, description, version, opened, due, closed, externalId, title, price,
    currency, username, displayName, subject, unreadCount, said, happened, refunds] = row;
  return {
    __typename: "SupportRequest",
    id: written("SupportRequest", owner, its),
    number: named(owner, its),
    status,
    reason,
    outcome,
    description,
    version,
    createdAt: instant(opened),
    dueAt: instant(due),
    closedAt: instant(closed),
    order: { externalId, title, price: money(price, currency) },
    buyer: { username, displayName },
    thread: { subject, unreadCount, messages: said ?? [] },
    timeline: happened ?? [],
    refunds: (refunds ?? []).map(([amount, its, status]) => ({ amount: money(amount, its), status })),
  };
}
