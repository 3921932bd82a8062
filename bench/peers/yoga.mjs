// GraphQL Yoga, its pages read by one statement each.
import { serve } from "./on-yoga.mjs";
import { resolvers, typeDefs } from "./graph.mjs";

await serve({ typeDefs, resolvers });
