// What the scripts that go on running share: lines of JSON, and chance that can be repeated.
import { createInterface } from "node:readline";

export const config = JSON.parse(process.argv[2]);
export const tell = (what) => process.stdout.write(`${JSON.stringify(what)}\n`);
export const wait = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

/** Whatever goes wrong unseen ends the script, and the test with it. */
export const fail = (error) => {
  process.stderr.write(`${error?.stack ?? JSON.stringify(error)}\n`, () => process.exit(1));
};

/** Call `take` with each thing the test says; the end of the test is the end of the script. */
export const listen = (take) =>
  createInterface({ input: process.stdin })
    .on("line", (line) => take(JSON.parse(line)))
    .on("close", () => process.exit());

/** Give a function of whole numbers below its argument, the same ones for the same seed (a linear congruence). */
export const dice = (seed) => {
  let state = seed >>> 0;
  return (sides) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * sides);
  };
};
