// Runs graphql-http's audit of GraphQL-over-HTTP against a server: node audit.mjs http://host/graphql
// Writes a JSON line for each audit: its name, and what became of it.
import { serverAudits } from "graphql-http";

const [url] = process.argv.slice(2);
for (const audit of serverAudits({ url, fetchFn: fetch })) {
  const { status, reason } = await audit.fn();
  process.stdout.write(`${JSON.stringify({ name: audit.name, status, reason })}\n`);
}
