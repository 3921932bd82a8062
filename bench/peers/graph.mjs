// The schema that Yoga, Mercurius and Apollo serve, and its resolvers: only what is read has one, everything below
// is a property of what was read.
import { readFileSync } from "node:fs";
import { inbox, ledgerEntries, messages, request, timeline } from "./data.mjs";
import { keyOf, parts } from "./ids.mjs";
import { longest, selected } from "./selected.mjs";
import { payload, refundInFull, sendMessage } from "./writes.mjs";

export const typeDefs = readFileSync(new URL("schema.graphql", import.meta.url), "utf8");

const LARGEST = 100;
const size = (first) => Math.min(first ?? LARGEST, LARGEST);
const here = {};

function oneRequest(account, [seller, number], info) {
  const fields = selected(info);
  const most = longest(fields, "thread.messages", info);
  return request(account, seller, number, fields, most, longest(fields, "timeline", info));
}

export const resolvers = {
  Query: {
    viewer: () => here,
    node: (_, { id }, { account }, info) => {
      const key = parts(id, "SupportRequest");
      return key && oneRequest(account, key, info);
    },
    supportRequest: (_, { number }, { account }, info) => {
      const key = keyOf(number);
      return key && oneRequest(account, key, info);
    },
  },
  Mutation: {
    sendMessage: async (_, { input }, { account }) => payload("message", await sendMessage(account, input)),
    refundInFull: async (_, { input }, { account }) => payload("request", await refundInFull(account, input)),
  },
  Viewer: {
    inbox: (_, { first, after }, { account }, info) => inbox(account, { first: size(first), after }, selected(info)),
    seller: () => here,
  },
  SellerDesk: { ledger: () => here },
  Ledger: {
    entries: (_, { first, after }, { account }, info) =>
      ledgerEntries(account, { first: size(first), after }, selected(info)),
  },
  SupportRequest: { timeline: ({ timeline: rows }, { first }) => timeline(rows, size(first)) },
  Thread: { messages: ({ messages: rows }, { first }) => messages(rows, size(first)) },
  Node: { __resolveType: () => "SupportRequest" },
  TimelineEntry: { __resolveType: ({ __typename }) => __typename },
  TimelineItem: { __resolveType: ({ __typename }) => __typename },
};
