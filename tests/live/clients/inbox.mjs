// An inbox as a frontend would follow it: from its cursor, and after each loss of the connection from the last
// cursor that came.
export const PLACE = "{ viewer { feedCursor } }";
export const EVENTS = `subscription ($after: Cursor) { inboxEvents(after: $after) {
  __typename
  ... on Ready { cursor recovered }
  ... on ResyncRequired { cursor reason }
  ... on FeedEvent { cursor sequence kind }
} }`;

/** Give the data of an answer; an error in it is an error. */
export const dataOf = ({ data, errors }) => {
  if (errors) throw new Error(JSON.stringify(errors));
  return data;
};

/** Ask once, over a client of graphql-ws or graphql-sse. */
export const ask = async (client, query, variables) => {
  for await (const answer of client.iterate({ query, variables })) return dataOf(answer);
  throw new Error("The operation ended without an answer.");
};

/**
 * Follow for ever, and give each event and each Ready to `take`. It must not wait for anything: what came before a
 * connection was lost has to be taken before the client connects again.
 */
export const follow = async (client, after, take) => {
  const subscription = { query: EVENTS, variables: { after } };
  for await (const answer of client.iterate(subscription)) {
    const told = dataOf(answer).inboxEvents;
    if (told.__typename === "ResyncRequired") throw new Error(told.reason);
    subscription.variables.after = told.cursor; // the client sends this again when it connects again
    take(told);
  }
  throw new Error("The server ended the feed.");
};
