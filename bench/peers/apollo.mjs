// Apollo Server on Node's own server: documents kept parsed and checked, no plugin that is not needed.
import "./production.mjs";
import { createServer } from "node:http";
import { ApolloServer, HeaderMap } from "@apollo/server";
import {
  ApolloServerPluginCacheControlDisabled, ApolloServerPluginInlineTraceDisabled,
  ApolloServerPluginLandingPageDisabled, ApolloServerPluginSchemaReportingDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from "@apollo/server/plugin/disabled";
import { connect } from "./database.mjs";
import { resolvers, typeDefs } from "./graph.mjs";
import { viewerOf } from "./viewer.mjs";

const apollo = new ApolloServer({
  typeDefs,
  resolvers,
  csrfPrevention: false,
  persistedQueries: false,
  plugins: [
    ApolloServerPluginCacheControlDisabled(), ApolloServerPluginInlineTraceDisabled(),
    ApolloServerPluginLandingPageDisabled(), ApolloServerPluginSchemaReportingDisabled(),
    ApolloServerPluginUsageReportingDisabled(),
  ],
});
await apollo.start();

async function answer(request, response) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  const { status, headers, body } = await apollo.executeHTTPGraphQLRequest({
    httpGraphQLRequest: {
      method: request.method,
      headers: new HeaderMap(Object.entries(request.headers)),
      search: "",
      body: JSON.parse(Buffer.concat(chunks)),
    },
    context: async () => ({ account: await viewerOf(request.headers.authorization) }),
  });
  response.writeHead(status ?? 200, Object.fromEntries(headers)).end(body.string);
}

await connect();
createServer(answer).listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
