/** No frame counts that was forged, or that was recorded long ago. */
import type { Checker } from "./checker.ts";

export const genuineFrames: Checker = {
  invariant: "frames",
  look({ wrongFrames }) {
    const [wrong] = wrongFrames;
    return wrong && `${wrong.by} accepted a frame that was ${wrong.kind}`;
  },
};
