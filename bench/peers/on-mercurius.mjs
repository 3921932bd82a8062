// Mercurius on Fastify, with its compiler: whatever its resolvers are.
import "./production.mjs";
import Fastify from "fastify";
import mercurius from "mercurius";
import { connect } from "./database.mjs";
import { viewerOf } from "./viewer.mjs";

/** Answer until the process ends. */
export async function serve(graph) {
  const server = Fastify({ logger: false });
  server.register(mercurius, {
    ...graph,
    context: async ({ headers }) => ({ account: await viewerOf(headers.authorization) }),
    jit: 1,
    compilerOptions: { disableLeafSerialization: true, disablingCapturingStackErrors: true },
  });
  await connect();
  await server.listen({ port: Number(process.env.PORT), host: "127.0.0.1" });
  console.log("ready");
}
