// Mercurius on Fastify, with its compiler.
import "./production.mjs";
import Fastify from "fastify";
import mercurius from "mercurius";
import { connect } from "./database.mjs";
import { resolvers, typeDefs } from "./graph.mjs";
import { viewerOf } from "./viewer.mjs";

const server = Fastify({ logger: false });
server.register(mercurius, {
  schema: typeDefs,
  resolvers,
  context: async ({ headers }) => ({ account: await viewerOf(headers.authorization) }),
  jit: 1,
  compilerOptions: { disableLeafSerialization: true, disablingCapturingStackErrors: true },
});
await connect();
await server.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
console.log("ready");
