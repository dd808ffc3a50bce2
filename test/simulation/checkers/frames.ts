/** No frame counts that was forged, recorded long ago, or comes twice or out of its order. */
import type { Checker } from "./checker.ts";

export const genuineFrames: Checker = {
  invariant: "frames",
  look({ wrongFrames }) {
    const [wrong] = wrongFrames;
    return wrong && `${wrong.by} accepted a frame that was ${wrong.kind}`;
  },
};
