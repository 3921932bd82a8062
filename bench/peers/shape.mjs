// What PostGraphile said, in Amends' words: `node shape.mjs PAGE < data.json`. So that answers can be compared;
// no part of what is timed. Cursors are PostGraphile's own: those of Amends are made of the last row.
import { text } from "node:stream/consumers";
import { instant, major, microseconds } from "./values.mjs";
import { named, written } from "./ids.mjs";
import { TYPES } from "./words.mjs";

const at = (value) => (value === null ? null : instant(value.replace(".000000", "")));
const money = (minor, currencyCode) => ({ amount: major(Number(minor)), currencyCode });
const amount = (minor) => ({ amount: major(Number(minor)) });
const info = ({ hasNextPage }, last, cursor) => ({ hasNextPage, endCursor: last === undefined ? null : cursor(last) });

const SHAPES = {
  inbox: ({ inbox: { nodes, pageInfo } }) => ({
    viewer: {
      inbox: {
        nodes: nodes.map(place),
        pageInfo: info(pageInfo, nodes.at(-1), (last) =>
          written("latest", microseconds(last.lastActivityAt), last.ownerId, last.threadId)),
      },
    },
  }),
  thread: ({ requestByName: request }) => ({ supportRequest: request && whole(request) }),
  ledger: ({ ledger: { nodes, pageInfo } }) => ({
    viewer: {
      seller: {
        ledger: {
          entries: {
            nodes: nodes.map(entry),
            pageInfo: info(pageInfo, nodes.at(-1), (last) => written("ledger", last.entryNumber)),
          },
        },
      },
    },
  }),
  node: ({ requestById: request }) => ({ node: request && single(request) }),
};

function place({ unread, unreadCount, lastActivityAt, ownerId, conversation: { subject, lastMessage, request } }) {
  const { number, status, reason, outcome, dueAt, overdue, openedAt, sale, buyer, entries, allowed } = request;
  return {
    subject,
    unread,
    unreadCount,
    lastActivityAt: at(lastActivityAt),
    lastMessage: lastMessage && { ...lastMessage, createdAt: at(lastMessage.createdAt) },
    request: {
      number: named(ownerId, number),
      status,
      reason,
      outcome,
      dueAt: at(dueAt),
      overdue,
      createdAt: at(openedAt),
      order: order(sale),
      buyer,
      ledgerEntries: entries.map(({ component, amountMinor, balanceAfterMinor }) => ({
        component,
        amount: amount(amountMinor),
        balanceAfter: amount(balanceAfterMinor),
      })),
      availableActions: allowed?.actions ?? [],
    },
  };
}

function order({ priceMinor, currency, ...rest }) {
  return { ...rest, price: money(priceMinor, currency) };
}

function entry(line) {
  const { entryNumber, component, amountMinor, balanceAfterMinor, currency, postedAt } = line;
  return {
    number: entryNumber,
    component,
    amount: money(amountMinor, currency),
    balanceAfter: money(balanceAfterMinor, currency),
    postedAt: at(postedAt),
    description: line.booking.description,
    order: line.sale,
    request: line.request && { number: named(line.sellerId, line.request.number), status: line.request.status },
  };
}

function single({ sellerId, number, status, reason, version, dueAt, openedAt, sale, buyer }) {
  return {
    __typename: "SupportRequest",
    id: written("SupportRequest", sellerId, number),
    number: named(sellerId, number),
    status,
    reason,
    version,
    dueAt: at(dueAt),
    createdAt: at(openedAt),
    order: order(sale),
    buyer,
  };
}

function whole({ sellerId, number, openedAt, dueAt, sale, conversation, timeline, ...rest }) {
  const { subject, own, messages } = conversation;
  return {
    ...rest,
    number: named(sellerId, number),
    createdAt: at(openedAt),
    dueAt: at(dueAt),
    order: order(sale),
    thread: {
      subject,
      unreadCount: own?.unreadCount ?? 0,
      messages: {
        nodes: messages.nodes.map((message) => ({ ...message, createdAt: at(message.createdAt) })),
        pageInfo: info(messages.pageInfo, messages.nodes.at(-1), (last) => written("messages", last.number)),
      },
    },
    timeline: {
      nodes: timeline.nodes.map(happening),
      pageInfo: info(timeline.pageInfo, timeline.nodes.at(-1), (last) => written("timeline", last.number)),
    },
  };
}

function happening({ kind, at: when, by, fromStatus, toStatus, action, outcome, text: words, dueAt, missedParty }) {
  const happened = { __typename: TYPES[kind], at: at(when), by };
  if (kind === "STATUS_CHANGE") return { ...happened, fromStatus, toStatus, action, outcome, text: words };
  return kind === "DEADLINE_MISSED" ? { ...happened, dueAt: at(dueAt), party: missedParty } : happened;
}

console.log(JSON.stringify(SHAPES[process.argv[2]](JSON.parse(await text(process.stdin)))));
