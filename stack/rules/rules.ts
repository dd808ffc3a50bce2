/** All rules, in the order in which their findings are shown. */
import type { Finding } from "../diagnostic.ts";
import type { Declaration } from "../schema.ts";
import type { Stack } from "../stack.ts";
import { advice } from "./advice.ts";
import * as election from "./election.ts";
import * as hosts from "./hosts.ts";
import * as networks from "./networks.ts";
import * as order from "./order.ts";
import type { Rule } from "./rule.ts";
import * as services from "./services.ts";

const rules: readonly Rule[] = [
  ...Object.values(networks),
  ...Object.values(hosts),
  ...Object.values(order),
  ...Object.values(election),
  ...Object.values(services),
  advice,
];

export const applyRules = (declaration: Declaration, stack: Stack): Finding[] =>
  rules.flatMap((rule) => rule(declaration, stack));
