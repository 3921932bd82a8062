// The graph's schema, held to @graphql-eslint's schema and Relay rules. Each loosening has its reason beside it.
import graphql from "@graphql-eslint/eslint-plugin";

const schema = graphql.configs["flat/schema-recommended"];
const relay = graphql.configs["flat/schema-relay"];

export default [
  {
    files: ["schema.graphql"],
    plugins: { "@graphql-eslint": graphql },
    languageOptions: {
      parser: graphql.parser,
      parserOptions: { graphQLConfig: { schema: "./schema.graphql" } },
    },
    rules: {
      ...schema.rules,
      ...relay.rules,
      // Money, addresses, scans and the like are values: they have no id of their own.
      "@graphql-eslint/strict-id-in-types": "off",
      // "username" is a word of its own, not a prefix of User's.
      "@graphql-eslint/no-typename-prefix": "off",
      // A timeline's nodes are a union, and connections also list their nodes directly.
      "@graphql-eslint/relay-edge-types": [
        "error",
        { shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
    },
  },
];
