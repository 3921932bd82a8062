// How ids and cursors are written and read: base64url of words and numbers. Whether there is such a row, and for
// whom, is the statements' to say.

/** The text of an id, `Type:part:part`, or of a cursor, `order:value:value`. */
export function written(...parts) {
  return Buffer.from(parts.join(":")).toString("base64url");
}

/** The parts behind an id of this kind, or null: an id of anything else. */
export function parts(text, kind) {
  const [named, ...numbers] = Buffer.from(text, "base64url").toString().split(":");
  return named === kind ? numbers : null;
}

/** A request's name as people say it: R11-66. */
export function named(seller, number) {
  return `R${seller}-${number}`;
}

/** The key behind such a name, or null. */
export function keyOf(name) {
  const found = /^R([1-9]\d{0,17})-([1-9]\d{0,8})$/.exec(name);
  return found && [found[1], Number(found[2])];
}
