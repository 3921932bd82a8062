// The two changes by hand: the rows that Amends writes, by the statements that the limit is measured with too
// (`bench/statements/`), in one transaction of two round trips: begin and lock, then write and commit. Knows no
// rule: it asks only whether the thing is the caller's. No idempotency key, no policy.
import { readFileSync } from "node:fs";
import { pool } from "./database.mjs";
import { named, parts } from "./ids.mjs";
import { major } from "./values.mjs";

const WHERE_TO_WRITE = kept("where_to_write");
const SEND = kept("send");
const WHAT_TO_REFUND = kept("what_to_refund");
const REFUND = kept("refund");

/** What a change answers: what came of it, by this name, or that there is nothing to change. */
export function payload(name, done) {
  const refused = { code: "NOT_FOUND", message: "There is no such thing for you, or it is over." };
  return { [name]: done, userErrors: done === null ? [refused] : [] };
}

/** A word in a conversation of the seller's own; null if there is none for this viewer. */
export function sendMessage(account, { threadId, body }) {
  const [owner, thread] = parts(threadId, "Thread") ?? [0, 0];
  return changed({ ...WHERE_TO_WRITE, values: [owner, thread, account] }, ([request, buyer]) => ({
    change: { ...SEND, values: [owner, request, thread, buyer, body] },
    answer: ([number, at, displayName]) => ({ number, body, createdAt: at, author: { displayName } }),
  }));
}

/** The whole price back to the buyer, without words; null if there is nothing to refund for this viewer. */
export function refundInFull(account, { requestId }) {
  const [seller, number] = parts(requestId, "SupportRequest") ?? [0, 0];
  return changed({ ...WHAT_TO_REFUND, values: [seller, number, account] }, (found) => {
    const [thread, buyer, , order, currency, price, tax, shipping, commission, fee, journal, entry, posted] = found;
    const total = price + tax + shipping;
    const charges = [["PAYOUT_REVERSAL", price - commission - fee], ["BUYER_SHIPPING", shipping],
      ["PROCESSING_FEE", fee]].filter(([, minor]) => minor);
    const gives = [["commission", commission], ["tax", tax]].filter(([, minor]) => minor);
    const nothing = [...gives, total].map(() => null);
    let balance = posted;
    const lines = {
      accounts: [...charges.map(() => "seller"), ...gives.map(([giver]) => giver), "buyer_refunds"],
      components: [...charges.map(([component]) => component), ...nothing],
      amounts: [...charges.map(([, minor]) => -minor), ...gives.map(([, minor]) => -minor), total],
      entries: [...charges.map((_, place) => entry + 1 + place), ...nothing],
      balances: [...charges.map(([, minor]) => (balance -= minor)), ...nothing],
    };
    const charged = posted - balance;
    const words = `The seller refunds ${major(total)} ${currency} in full.`;
    const values = [seller, number, thread, buyer, order, currency, total, charged, words, journal + 1,
      ...Object.values(lines), charges.length];
    return {
      change: { ...REFUND, values },
      answer: ([version, at]) => ({
        number: named(seller, number),
        status: "CLOSED",
        outcome: "REFUNDED",
        version,
        closedAt: at,
        refunds: [{ amount: { amount: major(total), currencyCode: currency }, status: "PENDING" }],
      }),
    };
  });
}

function kept(name) {
  const text = readFileSync(new URL(`../statements/${name}.sql`, import.meta.url), "utf8");
  return { name, text, rowMode: "array" };
}

async function changed(lock, decide) {
  const client = await pool.connect();
  try {
    const [, { rows: [locked] }] = await Promise.all([client.query("BEGIN"), client.query(lock)]);
    if (locked === undefined) {
      await client.query("ROLLBACK");
      client.release();
      return null;
    }
    const { change, answer } = decide(locked);
    const [{ rows: [row] }] = await Promise.all([client.query(change), client.query("COMMIT")]);
    client.release();
    return answer(row);
  } catch (error) {
    client.release(error); // to be closed: whatever it had begun is undone
    throw error;
  }
}
