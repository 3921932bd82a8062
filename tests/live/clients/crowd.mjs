// Many clients of graphql-ws in one process, each with a socket and a cursor of its own, over all addresses there
// are in turn. Says when all have their cursors and follow, and of each socket that it was closed. Told
// {"addresses": […]}, it goes to others from the next connection on; told {"say": …} it posts a message, over one
// client's socket or over HTTP, until that is answered; told {"until": {member: n}} it says what each client
// received, once all have come so far.
import { createClient } from "graphql-ws";
import WebSocket from "ws";
import { ask, dataOf, follow, PLACE } from "./inbox.mjs";
import { config, dice, fail, listen, tell, wait } from "./lines.mjs";

const { tokens, clientsOfEach, seed } = config;
const SEND = "mutation ($input: SendMessageInput!) { sendMessage(input: $input) { message { number } userErrors { message } } }";
const chance = dice(seed);
let addresses = config.addresses;
let until = null;
let ready = 0;

class Client {
  constructor(place, member) {
    Object.assign(this, { place, member, received: [], closes: [], turns: place });
    this.graph = createClient({
      url: () => `${this.address().replace("http", "ws")}/graphql`,
      webSocketImpl: WebSocket,
      connectionParams: () => ({ authorization: `Bearer ${tokens[member]}` }),
      lazy: false,
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: () => wait(200 + chance(400)),
      on: {
        connected: () => (this.connected = true),
        closed: ({ code }) => {
          if (!this.connected) return;
          this.connected = false;
          this.closes.push(code);
          tell({ is: "closed" });
        },
      },
      onNonLazyError: fail,
    });
  }

  /** The next address in turn. */
  address() {
    return addresses[this.turns++ % addresses.length];
  }

  async live() {
    this.start = (await ask(this.graph, PLACE)).viewer.feedCursor;
    await follow(this.graph, this.start, (told) => {
      if (told.__typename !== "Ready") this.received.push([told.sequence, told.kind, told.cursor]);
      else if (!this.follows) {
        this.follows = true;
        if (++ready === clients.length) tell({ is: "following" });
      }
      finish();
    });
  }

  /** Post over the socket: the client sends it again by itself when the connection is lost before the answer. */
  async say(input) {
    let attempts = 0;
    const variables = {
      get input() {
        attempts += 1;
        return input;
      },
    };
    return { data: await ask(this.graph, SEND, variables), attempts };
  }

  /** Post over HTTP, and again with the same key when nobody is there or the connection is lost. */
  async post(input) {
    const headers = { authorization: `Bearer ${tokens[this.member]}`, "content-type": "application/json" };
    const body = JSON.stringify({ query: SEND, variables: { input } });
    for (let attempts = 1; ; attempts += 1) {
      const address = this.address();
      try {
        const response = await fetch(`${address}/graphql`, { method: "POST", headers, body });
        return { data: dataOf(await response.json()), attempts };
      } catch (error) {
        if (!(error instanceof TypeError)) throw error; // an answer, and not the one that was wanted
        await wait(100 + chance(200));
      }
    }
  }
}

const clients = tokens.flatMap((_, member) =>
  Array.from({ length: clientsOfEach }, (_, place) => new Client(place, member)),
);

function finish() {
  if (!until || clients.some(({ received, member }) => (received.at(-1)?.[0] ?? 0) < until[member])) return;
  until = null;
  tell({
    is: "received",
    clients: clients.map(({ member, start, received, closes }) => ({ member, start, received, closes })),
  });
}

async function answer({ key, say, client, over }) {
  const begunAt = Date.now();
  const { data, attempts } = await clients[client][over === "http" ? "post" : "say"](say);
  const { message, userErrors } = data.sendMessage;
  if (userErrors.length) throw new Error(JSON.stringify(userErrors));
  tell({ key, number: message.number, attempts, begunAt });
}

listen((said) => {
  if (said.addresses) addresses = said.addresses;
  if (said.until) {
    until = said.until;
    finish();
  }
  if (said.say) answer(said).catch(fail);
});
for (const client of clients) client.live().catch(fail);
