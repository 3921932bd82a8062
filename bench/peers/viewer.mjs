// Who is asking: believes a bearer token of HS256, and knows it by its text until it ends. What the viewer may
// see is the statements' to say.
import { GraphQLError } from "graphql";
import { jwtVerify } from "jose";
import { pool } from "./database.mjs";

const MOST_KNOWN = 10_000;
const key = new TextEncoder().encode(process.env.AMENDS_SECRET);
const ACCOUNT = { name: "account", text: "SELECT id FROM accounts WHERE username = $1 AND NOT is_agent" };
const known = new Map();

/** The account behind an `Authorization` header: at once for a known token, else a promise. */
export function viewerOf(authorization) {
  const found = known.get(authorization);
  return found !== undefined && found.until > Date.now() ? found.account : believe(authorization);
}

async function believe(authorization) {
  const token = /^bearer +(\S+)$/i.exec(authorization ?? "")?.[1];
  const { payload } = await jwtVerify(token ?? "", key, { algorithms: ["HS256"] }).catch(() => {
    throw refused("The token is not valid.");
  });
  if ((payload.role ?? "MEMBER") !== "MEMBER") throw refused("Only members are answered here.");
  const { rows } = await pool.query({ ...ACCOUNT, values: [payload.sub] });
  if (rows.length === 0) throw refused("Nobody has this name.");
  if (known.size === MOST_KNOWN) known.delete(known.keys().next().value);
  known.set(authorization, { account: rows[0].id, until: payload.exp * 1000 });
  return rows[0].id;
}

function refused(message) {
  const error = new GraphQLError(message, { extensions: { http: { status: 401 } } });
  return Object.assign(error, { statusCode: 401 });
}
