// Instants and amounts as the graph writes them, from JSON as PostgreSQL writes it.

const SECONDS = "2026-03-01T12:00:00".length;
const MICROSECONDS = "2026-03-01T12:00:00.000000".length;

/** An instant as the graph writes it: seconds, then six digits if anything is left of them. */
export function instant(text) {
  if (text === null) return null;
  if (text.length === MICROSECONDS + "+00:00".length) return `${text.slice(0, MICROSECONDS)}Z`;
  const bare = text.slice(0, -"+00:00".length);
  return bare.length === SECONDS ? `${bare}Z` : `${bare.padEnd(MICROSECONDS, "0")}Z`;
}

/** An instant in microseconds of the epoch, as cursors have it. */
export function microseconds(text) {
  const written = instant(text);
  const finer = written.length > SECONDS + 1 ? written.slice(SECONDS + 1, -1) : "0";
  return BigInt(Date.parse(`${written.slice(0, SECONDS)}Z`)) * 1000n + BigInt(finer);
}

/** An amount of money in major units, exact: hundredths stay far below 2⁵³. */
export function major(minor) {
  const digits = String(Math.abs(minor)).padStart(3, "0");
  return `${minor < 0 ? "-" : ""}${digits.slice(0, -2)}.${digits.slice(-2)}`;
}
