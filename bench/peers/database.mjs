// The database: ten connections, statements prepared by name, values as the graph writes them. Knows no table.
//
// A page is read as one JSON array of rows: to parse that costs Node less than pg takes for the rows' own format.
import pg from "pg";
import { instant } from "./values.mjs";

const CONNECTIONS = 10;
const SESSION = "-c jit=off -c timezone=UTC -c plan_cache_mode=force_generic_plan";
const BIGINT = 20;
const INSTANT = 1184;
pg.types.setTypeParser(BIGINT, Number);
pg.types.setTypeParser(INSTANT, (text) => instant(`${text.replace(" ", "T")}:00`));

/** The settings that a libpq URL names; `new URL` would refuse one without a host, as sockets have it. */
export function settings(url = process.env.DATABASE_URL) {
  const [, user, password, host, port, database, query] =
    /^postgres(?:ql)?(?:\+\w+)?:\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^:/?]*)(?::(\d+))?\/([^?]*)(?:\?(.*))?$/.exec(url);
  const found = {
    user: decodeURIComponent(user ?? "postgres"),
    host: new URLSearchParams(query).get("host") ?? (host || "localhost"),
    port: Number(port ?? 5432),
    database: decodeURIComponent(database),
    options: SESSION,
  };
  return password ? { ...found, password: decodeURIComponent(password) } : found;
}

export const pool = new pg.Pool({
  ...settings(),
  max: CONNECTIONS,
  min: CONNECTIONS,
  idleTimeoutMillis: 0,
  pipeline: true,
});

/** Open every connection before the first request comes. */
export async function connect() {
  const clients = await Promise.all(Array.from({ length: CONNECTIONS }, () => pool.connect()));
  for (const client of clients) client.release();
}

/** A statement whose rows come as arrays, of these columns, in its own order. */
export function statement(name, columns, rest) {
  const row = `SELECT json_build_array(${columns}) AS row ${rest}`;
  return { name, text: `SELECT json_agg(found.row) FROM (${row}) AS found`, rowMode: "array" };
}

/** The rows of a statement. */
export async function read({ name, text, rowMode }, values) {
  const { rows } = await pool.query({ name, text, rowMode, values });
  return rows[0][0] ?? [];
}
