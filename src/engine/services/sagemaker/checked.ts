/**
 * An SDK input type as a handler gets it: the wire has refused requests that lack required members, which the SDK's
 * types still allow to be undefined. Optional members stay optional.
 */
export type Checked<T> = T extends Date | Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? Checked<Item>[]
    : T extends object
      ? { [Name in keyof T]: Checked<Exclude<T[Name], undefined>> }
      : T
