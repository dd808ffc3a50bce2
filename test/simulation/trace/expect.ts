/**
 * What a play expects, whatever its text says. Counts and times are those since the last `mark`.
 *
 * `expect held-by lb1` · `expect held-by lb2 of 203.0.113.8` · `expect outage <= 4s` (nobody served)
 * `expect share <= 1s` (one that did not serve had a share of the traffic) · `expect moves == 2`
 * (by nodes) · `expect role lb1 backup` · `expect ended lb1` · `expect pauses lb1 == 1` · `expect calls lb1 <= 9` · `expect claims lb2 == 0` · `expect releases lb1 == 1`
 */
import { durationMs } from "./setting.ts";
import type { Stage } from "./stage.ts";

type Expectation = (stage: Stage, words: readonly string[]) => void;

export const expectation: Expectation = (stage, [what = "", ...words]) => {
  const expected = expectations[what];
  if (expected === undefined) throw new Error(`nothing can be expected of ${what}`);
  expected(stage, words);
};

const expectations: Readonly<Record<string, Expectation>> = {
  "held-by": heldBy,
  outage: ({ measures }, [sign, limit]) =>
    compare(measures.outageMs, sign, durationMs(limit), "ms without service"),
  share: ({ measures }, [sign, limit]) =>
    compare(measures.shareMs, sign, durationMs(limit), "ms with a share lost"),
  moves: ({ measures }, [sign, limit]) => compare(measures.moves, sign, Number(limit), "moves"),
  claims: ({ measures }, [id = "", sign, limit]) =>
    compare(measures.claims.get(id) ?? 0, sign, Number(limit), "claims"),
  releases: ({ measures }, [id = "", sign, limit]) =>
    compare(measures.releases.get(id) ?? 0, sign, Number(limit), "releases"),
  role({ nodes, setting }, [id = "", wanted]) {
    const roles = setting.ips.map((ip) => nodes.get(id)?.roleFor(ip));
    if (!roles.every((role) => role === wanted)) throw new Error(`${id} is ${roles.join()}`);
  },
  ended({ nodes }, [id = ""]) {
    if (nodes.get(id)?.alive !== false) throw new Error(`${id} still runs`);
  },
  pauses: ({ measures }, [id = "", sign, limit]) =>
    compare(measures.pauses.get(id) ?? 0, sign, Number(limit), "pauses"),
  calls({ measures, cloud }, [id = "", sign, limit]) {
    const made = (cloud.callsBy.get(id)?.length ?? 0) - (measures.callsBefore.get(id) ?? 0);
    compare(made, sign, Number(limit), "calls");
  },
};

function heldBy({ cloud, setting }: Stage, words: readonly string[]): void {
  const at = words.indexOf("of");
  const wanted = (at < 0 ? words : words.slice(0, at)).filter((id) => id !== "nobody");
  const ips = at < 0 ? setting.ips : words.slice(at + 1);
  for (const ip of ips) {
    const held = cloud.holdersOf(ip).toSorted();
    if (held.join() !== wanted.toSorted().join()) {
      throw new Error(`${ip} is held by ${held.join(" and ") || "nobody"}`);
    }
  }
}

function compare(is: number, sign: string | undefined, limit: number, unit: string): void {
  const fine = { "<=": is <= limit, "==": is === limit, ">=": is >= limit }[sign ?? ""];
  if (fine === undefined || Number.isNaN(limit)) throw new Error("compare with <=, == or >=");
  if (!fine) throw new Error(`${is} ${unit}`);
}
