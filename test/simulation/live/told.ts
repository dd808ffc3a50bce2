/** A live group that is brought on by hand, and told to a page's model. */
import { apply, type Model } from "../../../lab/page/model.ts";
import { tellerOf } from "../../../lab/page/teller.ts";
import { balancerAt } from "./client.ts";
import { LiveGroup } from "./group.ts";
import { orders } from "./orders.ts";

export function liveGroup(model: Model) {
  const teller = tellerOf({
    model,
    tell: (untimed, at = Date.now()) => apply(model, { ...untimed, at }),
  });
  const group = new LiveGroup(7, teller);
  for (const id of group.ids) group.host(id).boot();
  const pass = async (ms: number): Promise<void> => {
    for (const end = group.queue.now + ms; group.queue.now < end; ) {
      group.queue.runUntil(Math.min(end, group.queue.now + 250), () => false);
      group.look();
      await teller.traffic(() => balancerAt(group));
    }
  };
  const order = (verb: string, ...args: readonly string[]): void => {
    teller.order([verb, ...args]);
    orders[verb]?.(group, args);
  };
  return { group, teller, pass, order };
}
