/** Every checker, fresh for one run. */
import { servesAmidFaults } from "./amid.ts";
import { boundedUse } from "./bounded-use.ts";
import type { Checker } from "./checker.ts";
import { converges, preferred } from "./converges.ts";
import { genuineFrames } from "./frames.ts";
import { boundedMemory } from "./memory.ts";
import { neverOrphaned } from "./never-orphaned.ts";
import { noFight } from "./no-fight.ts";
import { oneLinkIsNoDeath } from "./one-link.ts";
import { pauseSafe } from "./pause-safe.ts";
import { takesOverPromptly } from "./prompt.ts";
import { restartIsNoOutage } from "./restart.ts";
import { sickTakesNothing } from "./sick-takes-nothing.ts";
import { standsBack } from "./stands-back.ts";

export const allCheckers = (): readonly Checker[] => [
  neverOrphaned(),
  converges(),
  takesOverPromptly(),
  servesAmidFaults(),
  pauseSafe(),
  restartIsNoOutage(),
  oneLinkIsNoDeath(),
  standsBack(),
  sickTakesNothing(),
  genuineFrames,
  noFight,
  preferred,
  boundedUse,
  boundedMemory,
];
