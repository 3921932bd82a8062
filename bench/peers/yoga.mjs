// GraphQL Yoga with graphql-jit, on Node's own server.
import "./production.mjs";
import { createServer } from "node:http";
import { useGraphQlJit } from "@envelop/graphql-jit";
import { createSchema, createYoga } from "graphql-yoga";
import { connect } from "./database.mjs";
import { resolvers, typeDefs } from "./graph.mjs";
import { viewerOf } from "./viewer.mjs";

const yoga = createYoga({
  schema: createSchema({ typeDefs, resolvers }),
  context: async ({ req }) => ({ account: await viewerOf(req.headers.authorization) }),
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
