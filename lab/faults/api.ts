/** What befalls the cloud's API: for the agents alone, unless it is said to be for everyone. */
import { WorldFailure } from "../../stack/failure.ts";
import type { Lab } from "../lab.ts";
import type { Effect } from "../model/exoscale/fault.ts";
import { numberIn, wholeIn } from "./arguments.ts";
import { callNamed } from "./calls.ts";
import type { Verb } from "./verbs.ts";

/** What the faults of the API are taken away by, all at once. */
const faultName = "asked for";

/** The word that lets a fault meet the lab's own calls as well, and `pulumi`'s. */
const everyone = "everyone";

/** The API keys that were made in the cloud: the agents'. The lab's own was there before. */
function agentKeys({ cloud }: Lab) {
  const keys = Object.values(cloud.world().apiKeys);
  if (keys.length > 0) return keys;
  throw new WorldFailure(
    "no agent has a key yet that this could befall",
    `wait until the stack stands, or add \`${everyone}\``,
  );
}

/** Lets an effect meet these calls, or all where none is named. */
function inflict(lab: Lab, effect: Effect, words: readonly string[]): void {
  const calls = words.filter((word) => word !== everyone).map(callNamed);
  const from = words.includes(everyone) ? {} : { from: agentKeys(lab).map(({ name }) => name) };
  const named = calls.length === 0 ? {} : { calls };
  lab.cloud.input({ kind: "fault", fault: { name: faultName, effect, ...named, ...from } });
}

export function mendApi({ cloud }: Lab): void {
  cloud.input({ kind: "mend", name: faultName });
  cloud.input({ kind: "settings", settings: { rateLimit: undefined } });
}

/** A fault of the API that takes a number first. */
const fault = (usage: string, does: string, effectOf: (arg: string) => Effect): Verb => ({
  usage: `${usage} [CALL…] [${everyone}]`,
  does,
  run: async ({ lab }, [arg = "", ...words]) => {
    inflict(lab, effectOf(arg), words);
    return undefined;
  },
});

const dayMs = 86_400_000;

export const apiVerbs: Readonly<Record<string, Verb>> = {
  "api-error": fault("STATUS", "answers agents' calls with an HTTP status", (status) => ({
    kind: "error",
    status: wholeIn(status, "HTTP status of an error", [400, 599]),
  })),
  "api-slow": fault("MS", "lets agents' operations take so long", (ms) => ({
    kind: "slow-operation",
    ms: numberIn(ms, "time in milliseconds", [0, dayMs]),
  })),
  "api-hang": {
    usage: `[CALL…] [${everyone}]`,
    does: "takes agents' calls and never answers",
    run: async ({ lab }, words) => {
      inflict(lab, { kind: "hang" }, words);
      return undefined;
    },
  },
  "api-limit": {
    usage: `CALLS PER_SECONDS [${everyone}]`,
    does: "takes so many calls of an agents' key in so many seconds",
    run: async ({ lab }, [calls = "", seconds = "", whom]) => {
      if (whom !== undefined && whom !== everyone)
        throw new WorldFailure(`"${whom}" is nobody`, `the third word is \`${everyone}\`, or none`);
      const rateLimit = {
        calls: wholeIn(calls, "number of calls", [0, 1_000_000]),
        perMs: numberIn(seconds, "number of seconds", [0.001, 86_400]) * 1000,
        retryAfterS: 1,
        ...(whom !== everyone && { keys: agentKeys(lab).map(({ key }) => key) }),
      };
      lab.cloud.input({ kind: "settings", settings: { rateLimit } });
      return undefined;
    },
  },
  "api-heal": {
    usage: "",
    does: "ends all of these at once",
    run: async ({ lab }) => {
      mendApi(lab);
      return undefined;
    },
  },
};
