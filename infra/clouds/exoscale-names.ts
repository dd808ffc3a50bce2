/** Names in the cloud by which things of a stack are found again. */
import type { Stack } from "../../stack/stack.ts";

/** Description of an elastic IP that the program makes: it has no name in the cloud. */
export const addressNote = (address: string, stack: Pick<Stack, "name">): string =>
  `${address} of ${stack.name}`;
