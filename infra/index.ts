/** What other Pulumi programs may import. */
export { HaStack, type HaStackArgs, type StackDeclaration } from "./ha-stack.ts";
export type { MadeNode } from "./outputs.ts";
