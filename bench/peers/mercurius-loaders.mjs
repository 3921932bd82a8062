// Mercurius as its documentation teaches: its compiler, resolvers that read their own rows, and a loader for every
// edge, which is given all objects of a level at once and reads what belongs to them with one statement.
import { serve } from "./on-mercurius.mjs";
import {
  actionsOf, authorKey, buyerKey, entriesOf, inbox, lastMessageKey, ledger, messages, messagesOf, orderKey, orders,
  refundsOf, requestKey, requests, size, threadKey, threads, timelineOf, users,
} from "./batched.mjs";
import { typeDefs } from "./graph.mjs";
import { keyOf, parts } from "./ids.mjs";

async function oneRequest(key, account) {
  const [found] = await requests([key], account);
  return found;
}

const resolvers = {
  Query: {
    viewer: () => ({}),
    node: (_, { id }, { account }) => oneRequest(parts(id, "SupportRequest"), account),
    supportRequest: (_, { number }, { account }) => oneRequest(keyOf(number), account),
  },
  Viewer: {
    inbox: (_, { first, after }, { account }) => inbox(account, size(first), after),
    seller: () => ({}),
  },
  SellerDesk: { ledger: () => ({}) },
  Ledger: { entries: (_, { first, after }, { account }) => ledger(account, size(first), after) },
  Node: { resolveType: () => "SupportRequest" },
  TimelineEntry: { resolveType: ({ __typename }) => __typename },
  TimelineItem: { resolveType: ({ __typename }) => __typename },
};

const all = (queries, key) => queries.map(({ obj }) => key(obj));
const starts = (queries, key) => queries.map(({ obj, params }) => [...key(obj), size(params.first)]);

const loaders = {
  Thread: {
    request: (queries, { account }) => requests(all(queries, requestKey), account),
    lastMessage: (queries) => messages(all(queries, lastMessageKey)),
    messages: (queries) => messagesOf(starts(queries, threadKey)),
  },
  Message: {
    author: (queries) => users(all(queries, authorKey)),
  },
  SupportRequest: {
    order: (queries) => orders(all(queries, orderKey)),
    buyer: (queries) => users(all(queries, buyerKey)),
    thread: (queries, { account }) => threads(all(queries, threadKey), account),
    refunds: (queries) => refundsOf(all(queries, requestKey)),
    availableActions: (queries, { account }) => actionsOf(all(queries, requestKey), account),
    timeline: (queries, { account }) => timelineOf(starts(queries, requestKey), account),
    ledgerEntries: (queries, { account }) => entriesOf(all(queries, requestKey), account),
  },
  LedgerEntry: {
    order: (queries) => orders(all(queries, orderKey)),
    request: (queries, { account }) => requests(all(queries, requestKey), account),
  },
};

await serve({ schema: typeDefs, resolvers, loaders });
