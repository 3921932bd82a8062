// Connections that are lost, each at a moment of chance: before anything came, after a few frames, or after a
// few milliseconds.
import { createServer, connect } from "node:net";
import { dice } from "./lines.mjs";

const LONGEST_WAIT = 60; // milliseconds, for frames that do not come

/** Lose the next `times` connections that are opened; `lost` is told how many were, after each. */
export const losing = ({ seed, times, lost }) => {
  const chance = dice(seed);
  let [begun, count] = [0, 0];
  let heard = () => {};
  return {
    /** A connection was opened, and `lose` would lose it. */
    opened(lose) {
      if (begun++ >= times) return;
      const [way, patience] = [chance(8), chance(40)];
      let frames = way < 4 ? 1 + (patience >> 1) : Infinity;
      const now = () => {
        clearTimeout(timer);
        heard = () => {};
        lose();
        lost(++count);
      };
      const timer = setTimeout(now, way < 4 ? LONGEST_WAIT : patience);
      heard = () => --frames || now();
      if (way === 4) now();
    },
    /** Something came over it. */
    heard: () => heard(),
  };
};

/** Stand between a client and a server, so that connections can be cut; give the address to use instead. */
export const between = async (url, opened) => {
  const { hostname, port, pathname } = new URL(url);
  const proxy = createServer((near) => {
    const far = connect(port, hostname);
    const cut = () => [near, far].forEach((end) => end.destroy());
    for (const [from, to] of [[near, far], [far, near]]) from.on("error", cut).on("close", cut).pipe(to);
    opened(cut);
  });
  await new Promise((listening) => proxy.listen(0, "127.0.0.1", listening));
  return `http://127.0.0.1:${proxy.address().port}${pathname}`;
};
