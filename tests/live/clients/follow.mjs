// Follows a subscription as a frontend would: node follow.mjs ws|sse URL QUERY [TOKEN...]
// Each connection takes the next token, the last one again and again. Writes a JSON line for each thing that
// happens: {"connected": …}, {"next": …}, {"closed": code}, {"error": …} and {"complete": true}.
import { createClient as createSseClient } from "graphql-sse";
import { createClient as createWsClient } from "graphql-ws";
import WebSocket from "ws";

const [transport, url, query, ...tokens] = process.argv.slice(2);
const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
const authorization = () => {
  const token = tokens.length > 1 ? tokens.shift() : tokens[0];
  return token ? { authorization: `Bearer ${token}` } : {};
};

const client =
  transport === "ws"
    ? createWsClient({
        url: url.replace("http", "ws"),
        webSocketImpl: WebSocket,
        connectionParams: authorization,
        retryWait: async () => {},
        on: {
          connected: (_socket, payload) => tell({ connected: payload ?? null }),
          closed: (event) => tell({ closed: event.code }),
        },
      })
    : createSseClient({
        url,
        headers: authorization,
        retry: async () => {},
        on: { connected: () => tell({ connected: null }) },
      });

client.subscribe(
  { query },
  {
    next: (result) => tell({ next: result }),
    error: (error) => tell({ error: error?.message ?? error?.reason ?? error }),
    complete: () => {
      tell({ complete: true });
      if (transport === "ws") client.dispose();
    },
  },
);
