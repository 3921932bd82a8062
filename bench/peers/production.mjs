// How every peer runs: without the checks that are meant for development. To be imported before anything else.
process.env.NODE_ENV = "production";
process.env.GRAPHILE_ENV = "production";
