// PostGraphile, on Node's own server: its schema is made of the views in postgraphile.sql, and it is entered by the
// fields below alone. They name the viewer's account in the statement itself, so that no request needs a transaction
// for settings; only the seller's own side is shown.
import "./older.mjs";
import "./production.mjs";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { postgraphile } from "postgraphile";
import { makePgService } from "postgraphile/adaptors/pg";
import { TYPES } from "postgraphile/@dataplan/pg";
import { access, connection, context, lambda, sideEffect } from "postgraphile/grafast";
import { grafserv } from "postgraphile/grafserv/node";
import { PostGraphileAmberPreset } from "postgraphile/presets/amber";
import { sql } from "postgraphile/pg-sql2";
import { extendSchema, gql } from "postgraphile/utils";
import { connect, pool } from "./database.mjs";
import { keyOf, parts } from "./ids.mjs";
import { viewerOf } from "./viewer.mjs";
import { payload, refundInFull, sendMessage } from "./writes.mjs";

const NO_KEY = [0, 0];

const entrances = extendSchema(({ pgResources: { entry, place, request } }) => {
  const viewer = () => context().get("account");
  const own = ($rows, column, $account) =>
    $rows.where(sql`${$rows}.${sql.identifier(column)} = ${$rows.placeholder($account, TYPES.bigint)}`);
  const one = ($key) => {
    const $rows = request.find({ seller_id: access($key, 0), number: access($key, 1) });
    own($rows, "seller_id", viewer());
    return $rows.single();
  };
  return {
    typeDefs: gql`
      extend type Query {
        inbox: PlaceConnection
        ledger: EntryConnection
        requestByName(number: String!): Request
        requestById(id: ID!): Request
      }
    `,
    objects: {
      Query: {
        plans: {
          inbox() {
            const $rows = place.find();
            own($rows, "account_id", viewer());
            $rows.where(sql`${$rows}.party = 'SELLER'`);
            $rows.where(sql`NOT ${$rows}.archived`);
            return connection($rows);
          },
          ledger() {
            const $rows = entry.find();
            own($rows, "seller_id", viewer());
            return connection($rows);
          },
          requestByName: (_, { $number }) => one(lambda($number, (name) => keyOf(name) ?? NO_KEY)),
          requestById: (_, { $id }) => one(lambda($id, (id) => parts(id, "SupportRequest") ?? NO_KEY)),
        },
      },
    },
  };
});

// The changes are no matter of rows: what makes them is told by hand, and so is what comes of it.
const changes = extendSchema(() => {
  const done = (name, change) => (_, { $input }) =>
    sideEffect([context().get("account"), $input], async ([account, input]) =>
      payload(name, await change(account, input)));
  return {
    typeDefs: gql`
      type UserError { code: String!, message: String! }
      type Author { displayName: String! }
      type Message { number: Int!, body: String!, createdAt: String!, author: Author }
      type MessagePayload { message: Message, userErrors: [UserError!]! }
      type Money { amount: String!, currencyCode: String! }
      type Refund { amount: Money!, status: String! }
      type SupportRequest {
        number: String!
        status: String!
        outcome: String
        version: Int!
        closedAt: String
        refunds: [Refund!]!
      }
      type RequestPayload { request: SupportRequest, userErrors: [UserError!]! }
      input SendMessageInput { threadId: ID!, body: String! }
      input RefundInput { requestId: ID! }
      extend type Mutation {
        sendMessage(input: SendMessageInput!): MessagePayload!
        refundInFull(input: RefundInput!): RequestPayload!
      }
    `,
    objects: {
      Mutation: {
        plans: { sendMessage: done("message", sendMessage), refundInFull: done("request", refundInFull) },
      },
    },
  };
});

const preset = {
  extends: [PostGraphileAmberPreset],
  plugins: [entrances, changes],
  disablePlugins: ["NodePlugin"],
  schema: {
    defaultBehavior: "-query:resource:list -query:resource:connection -query:resource:single -manyRelation:resource:list -manyRelation:resource:connection -insert -update -delete",
  },
  pgServices: [makePgService({ pool, schemas: ["bench"] })],
  grafast: {
    context: async ({ node }) => ({ account: await viewerOf(node.req.headers.authorization) }),
    explain: false,
  },
  grafserv: { graphqlPath: "/graphql", graphiql: false, watch: false, websockets: false },
};

await pool.query(readFileSync(new URL("postgraphile.sql", import.meta.url), "utf8"));
await connect();
const instance = postgraphile(preset);
const server = createServer();
await instance.createServ(grafserv).addTo(server);
if (process.argv[2] === "schema") {
  const { printSchema } = await import("graphql");
  console.log(printSchema((await instance.getSchema())));
  process.exit();
}
server.listen(Number(process.env.PORT), "127.0.0.1", () => console.log("ready"));
