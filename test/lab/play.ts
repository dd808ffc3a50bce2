/** Plays inputs to the Exoscale model in virtual time. */
import type { Cloud, CloudEvent } from "../../lab/model/exoscale/cloud.ts";
import type { Action, Answer } from "../../lab/model/exoscale/request.ts";
import {
  type CloudInput,
  createCloud,
  defaultSettings,
  nextDueMs,
  step,
} from "../../lab/model/exoscale.ts";
import { ids, seeded, world } from "./world.ts";

export type Timed = { readonly afterMs: number; readonly input: CloudInput };

const credential = { kind: "signed", key: "k", expiresS: defaultSettings.epochMs / 1000 + 3600 };

export const request = (action: Action, from = "lb1", id = "1"): CloudInput => ({
  kind: "request",
  request: { id, from, credential: { ...credential, kind: "signed" }, action },
});

export const attach = (instance: string): Action => ({
  call: "attach-instance-to-elastic-ip",
  elasticIp: ids.address,
  instance,
});

export const get = (id: string): Action => ({ call: "get-instance", id });

export const start = (settings = {}): Cloud =>
  createCloud({ ...world, apiEndpoint: "" }, { k: { allows: "all" } }, settings);

type History = {
  readonly cloud: Cloud;
  readonly answers: readonly Answer[];
  readonly events: readonly CloudEvent[];
};

/** Gives the inputs one after the other, then lets all that is under way come to its end. */
export function played(cloud: Cloud, inputs: readonly Timed[], seed: number): History {
  const random = seeded(seed);
  const answers: Answer[] = [];
  const events: CloudEvent[] = [];
  let now = 0;
  let current = cloud;
  const give = (input: CloudInput): void => {
    const made = step(current, input, now, random);
    current = made.cloud;
    answers.push(...made.answers);
    events.push(...made.events);
  };
  for (const { afterMs, input } of inputs) {
    now += afterMs;
    give(input);
  }
  for (let due = nextDueMs(current); due !== undefined; due = nextDueMs(current)) {
    now = Math.max(now, due);
    give({ kind: "wake" });
  }
  return { cloud: current, answers, events };
}
