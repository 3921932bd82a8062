// GraphQL Yoga with graphql-jit, on Node's own server: whatever its resolvers are.
import "./production.mjs";
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { createSchema, createYoga } from "graphql-yoga";
import { connect } from "./database.mjs";
import { viewerOf } from "./viewer.mjs";

/** Answer until the process ends; `around` gives what a request's context holds beside the account. */
export async function serve(schema, around = () => ({})) {
  const yoga = createYoga({
    schema: createSchema(schema),
    context: async ({ req }) => {
      const account = await viewerOf(req.headers.authorization);
      return { account, ...around(account) };
    },
    plugins: [useGraphQlJit({ disableLeafSerialization: true, disablingCapturingStackErrors: true })],
    logging: false,
    graphiql: false,
    landingPage: false,
    maskedErrors: false,
    multipart: false,
    cors: false,
    maxRequestBodySize: false, // counting a body's bytes costs as much as all the rest of a small request
  });
  await connect();
  createServer(yoga).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
}
