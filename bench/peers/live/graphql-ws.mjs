// A feed as a good Node developer writes it: graphql-ws over ws, graphql-js, one LISTEN and one read of what is
// new for all who follow; each follower's event is executed for itself, and rows come by a loader that all of
// one read share. Decides nothing of rights: whoever connects says which account's inbox is followed.
import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import DataLoader from "dataloader";
import { buildSchema } from "graphql";
import { useServer } from "graphql-ws/use/ws";
import pg from "pg";
import { WebSocketServer } from "ws";

const { FEED_HOST: host, FEED_DATABASE: database, FEED_USER: user, FEED_SECRET: secret } = process.env;
const { FEED_PASSWORD: password, FEED_PORT: databasePort, FEED_EPOCH: epoch } = process.env;
const INSTANT = 1184;
pg.types.setTypeParser(INSTANT, (text) => {
  const [seconds, fraction = ""] = text.replace(" ", "T").replace("+00", "").split(".");
  return `${seconds}.${fraction.padEnd(6, "0")}Z`;
});
pg.types.setTypeParser(20, Number);
const settings = { host, database, user, password, port: Number(databasePort), options: "-c timezone=UTC" };
const pool = new pg.Pool({ ...settings, max: 10 });

const NEWS = {
  name: "news",
  text: `SELECT e.stream, e.sequence, e.at, e.owner_id, e.thread_id, e.account_id
    FROM unnest($1::text[], $2::bigint[]) AS p (name, place)
    JOIN events e ON e.stream = p.name AND e.sequence > p.place ORDER BY e.stream, e.sequence`,
};
const THREADS = {
  name: "threads",
  text: `SELECT t.owner_id, t.id, k.position, coalesce(i.marked_unread OR i.unread_count > 0, false) AS unread
    FROM unnest($1::bigint[], $2::bigint[], $3::bigint[]) WITH ORDINALITY AS k (account, owner, thread, position)
    JOIN threads t ON t.owner_id = k.owner AND t.id = k.thread
      AND (t.owner_id = k.account OR t.member_id = k.account)
    LEFT JOIN inbox_entries i ON i.owner_id = t.owner_id AND i.thread_id = t.id AND i.account_id = k.account`,
};

async function readThreads(keys) {
  const columns = ["account", "owner", "thread"].map((name) => keys.map((key) => key[name]));
  const { rows } = await pool.query({ ...THREADS, values: columns });
  const found = new Array(keys.length).fill(null);
  for (const row of rows) found[row.position - 1] = row;
  return found;
}
const named = { cacheKeyFn: (key) => `${key.account}:${key.owner}:${key.thread}` };

const signing = createHmac("sha256", secret).update("feed cursors").digest();
function cursor(stream, sequence) {
  const text = Buffer.from(`${stream}.${epoch}.${sequence}`);
  const signature = createHmac("sha256", signing).update(text).digest().subarray(0, 12);
  return Buffer.concat([signature, text]).toString("base64url");
}

/** What one follower has not had yet, as an async iterator. */
class Following {
  waiting = [];
  wake = null;
  constructor(first, leave) {
    this.waiting.push(first);
    this.leave = leave;
  }
  push(event) {
    if (this.wake === null) this.waiting.push(event);
    else {
      this.wake({ value: { inboxEvents: event }, done: false });
      this.wake = null;
    }
  }
  [Symbol.asyncIterator]() {
    return this;
  }
  next() {
    if (this.waiting.length) {
      return Promise.resolve({ value: { inboxEvents: this.waiting.shift() }, done: false });
    }
    return new Promise((resolve) => (this.wake = resolve));
  }
  return() {
    this.leave(this);
    this.wake?.({ value: undefined, done: true });
    return Promise.resolve({ value: undefined, done: true });
  }
}

const streams = new Map();
async function follow(account) {
  const name = `a${account}`;
  let stream = streams.get(name);
  if (stream === undefined) {
    stream = { head: 0, followers: new Set() };
    streams.set(name, stream);
    const { rows } = await pool.query("SELECT head FROM streams WHERE name = $1", [name]);
    stream.head = rows[0]?.head ?? 0;
  }
  const ready = { __typename: "Ready", cursor: cursor(name, stream.head), recovered: false };
  const following = new Following(ready, (one) => stream.followers.delete(one));
  stream.followers.add(following);
  return following;
}

const rung = new Set();
let reading = false;
async function readNews() {
  if (reading) return;
  reading = true;
  while (rung.size) {
    const names = [...rung].filter((name) => streams.has(name));
    rung.clear();
    if (!names.length) continue;
    const places = names.map((name) => streams.get(name).head);
    const { rows } = await pool.query({ ...NEWS, values: [names, places] });
    const loader = new DataLoader(readThreads, named);
    for (const row of rows) {
      const stream = streams.get(row.stream);
      stream.head = row.sequence;
      const { at, sequence } = row;
      const event = { __typename: "ThreadStateEvent", cursor: cursor(row.stream, sequence), sequence, at, row, loader };
      for (const follower of stream.followers) follower.push(event);
    }
  }
  reading = false;
}

const schema = buildSchema(readFileSync(new URL("../../../schema.graphql", import.meta.url), "utf8"));
const { inboxEvents } = schema.getSubscriptionType().getFields();
inboxEvents.subscribe = (_, __, { extra }) => follow(extra.account);
schema.getType("ThreadStateEvent").getFields().thread.resolve = ({ row, loader }) =>
  loader.load({ account: row.account_id, owner: row.owner_id, thread: row.thread_id });
schema.getType("Thread").getFields().id.resolve = (row) =>
  Buffer.from(`Thread:${row.owner_id}:${row.id}`).toString("base64url");

const http = createServer();
const sockets = new WebSocketServer({ server: http, path: "/graphql", perMessageDeflate: false });
const onConnect = ({ connectionParams, extra }) => {
  extra.account = connectionParams.account;
};
useServer({ schema, onConnect, context: (context) => ({ extra: context.extra }) }, sockets);

const ear = new pg.Client(settings);
await ear.connect();
ear.on("notification", ({ payload }) => {
  for (const name of payload.split(" ")) rung.add(name);
  readNews();
});
await ear.query('LISTEN "amends-doorbell"');
http.listen(0, "127.0.0.1", 4096, () => {
  console.log(`http://127.0.0.1:${http.address().port}`);
});
