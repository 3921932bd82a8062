// Follows an inbox with graphql-ws or graphql-sse while its connections are lost, so many times. Says when it has
// its first cursor, and after each loss how many there were. Told {"until": n}, it goes on to that event, connects once more to see that nothing
// comes again, and says what it received.
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import WebSocket from "ws";
import { ask, follow, PLACE } from "./inbox.mjs";
import { config, dice, fail, listen, tell, wait } from "./lines.mjs";
import { between, losing } from "./losing.mjs";

const { transport, url, token, seed, drops } = config;
const chance = dice(seed + 1);
const received = [];
let [start, until, lost, last] = [null, Infinity, 0, null];
let connection; // the newest one, as a function that loses it

const losses = losing({
  seed,
  times: drops,
  lost(times) {
    lost = times;
    tell({ is: "lost", times });
  },
});
const opened = (lose) => {
  connection = lose;
  if (start) losses.opened(lose);
};
const authorization = { authorization: `Bearer ${token}` };

const clients = {
  ws: () =>
    createWsClient({
      url: url.replace("http", "ws"),
      webSocketImpl: WebSocket,
      connectionParams: () => authorization,
      lazy: false, // one socket from the beginning, for the query and for the subscription
      retryAttempts: Infinity,
      shouldRetry: () => true,
      retryWait: () => wait(chance(20)),
      on: { opened: (socket) => opened(() => socket.terminate()), message: losses.heard },
      onNonLazyError: fail,
    }),
  sse: async () =>
    createSseClient({
      url: await between(url, opened),
      headers: () => ({ ...authorization, ...(received.length && { "last-event-id": received.at(-1)[2] }) }),
      retryAttempts: Infinity,
      retry: () => wait(chance(20)),
      on: { message: losses.heard },
    }),
};

/** Once all has come, connect once more. */
function settle() {
  if (last || lost < drops || received.at(-1)?.[0] < until) return;
  last = connection;
  connection();
}

listen((said) => {
  until = said.until;
  settle();
});

try {
  const client = await clients[transport]();
  start = (await ask(client, PLACE)).viewer.feedCursor;
  tell({ is: "begun" });
  connection();
  await follow(client, start, (told) => {
    if (told.__typename !== "Ready") received.push([told.sequence, told.kind, told.cursor]);
    else if (last && connection !== last) tell({ is: "received", start, received });
    settle();
  });
} catch (error) {
  fail(error);
}
