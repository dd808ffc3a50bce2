/** The small zone, emulated, with a key that may do all; what passes is held to the document. */
import assert from "node:assert/strict";
import type { TestContext } from "node:test";
import {
  type Emulator,
  type EmulatorOptions,
  startExoscale,
} from "../../lab/emulators/exoscale.ts";
import { catalogue } from "../../lab/emulators/exoscale-catalogue.ts";
import { owner } from "../lab/exoscale/cloud.ts";
import { seeded, world } from "../lab/world.ts";
import {
  type Ask,
  type Call,
  type Outsider,
  type Session,
  type SessionOptions,
  startSession,
} from "./session.ts";
import { callWitness, type Witness } from "./witness.ts";

export type Watched = Emulator &
  Pick<Witness, "exchanges"> & {
    /** An official client before this cloud; with a key that may do all, unless told otherwise. */
    readonly client: (outsider: Outsider, options?: Partial<SessionOptions>) => Promise<Ask>;
  };

export type WatchedOptions = Partial<EmulatorOptions> & {
  /** Faults that are known to be the client's own, each with its reason beside it. */
  readonly tolerated?: RegExp;
};

/** Ends with the test, which fails with a line for each thing that is not as the document says. */
export async function startWatched(
  test: TestContext,
  { tolerated, ...options }: WatchedOptions = {},
): Promise<Watched> {
  const { onExchange, exchanges, verdict } = await callWitness();
  const emulator = await startExoscale({
    world: { ...world, ...catalogue },
    keys: { [owner.key]: { secret: owner.secret, node: "owner", allows: "all" } },
    settings: { operationMs: [50, 50] },
    random: seeded(1),
    onExchange,
    ...options,
  });
  const sessions: Session[] = [];
  // One hook for all: what comes after one that fails is not run.
  test.after(async () => {
    for (const { end } of sessions) await end();
    await emulator.close();
    verdict(tolerated);
  });
  const { endpoint } = emulator;
  return {
    ...emulator,
    exchanges,
    client: async (outsider, more) => {
      const session = await startSession(outsider, { ...owner, endpoint, ...more });
      sessions.push(session);
      return session.ask;
    },
  };
}

/** What a call gave that has to succeed. */
export async function done<Value>(ask: Ask, call: Call): Promise<Value> {
  const outcome = await ask(call);
  assert.ok(outcome.kind === "done", `${call.operation}: ${JSON.stringify(outcome)}`);
  return outcome.value as Value;
}
