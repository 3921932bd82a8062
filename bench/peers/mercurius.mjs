// Mercurius, its pages read by one statement each.
import { serve } from "./on-mercurius.mjs";
import { resolvers, typeDefs } from "./graph.mjs";

await serve({ schema: typeDefs, resolvers });
