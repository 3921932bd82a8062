// GraphQL Yoga with graphql-jit as its documentation teaches: resolvers that read their own rows, and for every
// edge a DataLoader, new for each request, which reads with one statement what the objects of a level ask it for.
import { serve } from "./on-yoga.mjs";
import DataLoader from "dataloader";
import {
  actionsOf, authorKey, buyerKey, entriesOf, inbox, lastMessageKey, ledger, messages, messagesOf, orderKey, orders,
  refundsOf, requestKey, requests, size, threadKey, threads, timelineOf, users,
} from "./batched.mjs";
import { typeDefs } from "./graph.mjs";
import { keyOf, parts } from "./ids.mjs";

const cacheKeyFn = (key) => key.join(":");

function loadersOf(account) {
  const loader = (batch, ...more) => new DataLoader((keys) => batch(keys, ...more), { cacheKeyFn });
  return {
    actions: loader(actionsOf, account),
    conversation: loader(messagesOf),
    entries: loader(entriesOf, account),
    message: loader(messages),
    order: loader(orders),
    refunds: loader(refundsOf),
    request: loader(requests, account),
    thread: loader(threads, account),
    timeline: loader(timelineOf, account),
    user: loader(users),
  };
}

const at = (loader, key) => key && loader.load(key);

const resolvers = {
  Query: {
    viewer: () => ({}),
    node: (_, { id }, { loaders }) => at(loaders.request, parts(id, "SupportRequest")),
    supportRequest: (_, { number }, { loaders }) => at(loaders.request, keyOf(number)),
  },
  Viewer: {
    inbox: (_, { first, after }, { account }) => inbox(account, size(first), after),
    seller: () => ({}),
  },
  SellerDesk: { ledger: () => ({}) },
  Ledger: { entries: (_, { first, after }, { account }) => ledger(account, size(first), after) },
  Thread: {
    request: (thread, _, { loaders }) => at(loaders.request, requestKey(thread)),
    lastMessage: (thread, _, { loaders }) => at(loaders.message, lastMessageKey(thread)),
    messages: (thread, { first }, { loaders }) => at(loaders.conversation, [...threadKey(thread), size(first)]),
  },
  Message: {
    author: (message, _, { loaders }) => at(loaders.user, authorKey(message)),
  },
  SupportRequest: {
    order: (request, _, { loaders }) => at(loaders.order, orderKey(request)),
    buyer: (request, _, { loaders }) => at(loaders.user, buyerKey(request)),
    thread: (request, _, { loaders }) => at(loaders.thread, threadKey(request)),
    refunds: (request, _, { loaders }) => at(loaders.refunds, requestKey(request)),
    availableActions: (request, _, { loaders }) => at(loaders.actions, requestKey(request)),
    timeline: (request, { first }, { loaders }) => at(loaders.timeline, [...requestKey(request), size(first)]),
    ledgerEntries: (request, _, { loaders }) => at(loaders.entries, requestKey(request)),
  },
  LedgerEntry: {
    order: (entry, _, { loaders }) => at(loaders.order, orderKey(entry)),
    request: (entry, _, { loaders }) => at(loaders.request, requestKey(entry)),
  },
  Node: { __resolveType: () => "SupportRequest" },
  TimelineEntry: { __resolveType: ({ __typename }) => __typename },
  TimelineItem: { __resolveType: ({ __typename }) => __typename },
};

await serve({ typeDefs, resolvers }, (account) => ({ loaders: loadersOf(account) }));
