import type { en } from './en.ts';

export type MessageKey = keyof typeof en;

/** What every language must have: the keys of the English catalogue, no more and no fewer. */
export type Catalogue = Readonly<Record<MessageKey, string>>;

type Names<Text extends string> = Text extends `${string}{{${infer Name}}}${infer Rest}`
  ? Name | Names<Rest>
  : never;

/** The values a text asks for, by the English one: `t` refuses a call that lacks one. */
export type ValueNames<Key extends MessageKey> = Key extends MessageKey ? Names<(typeof en)[Key]> : never;
