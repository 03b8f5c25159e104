import type { Reference } from './reference.ts'

/** An SDK input in which any string, number or boolean may be a reference instead. */
export type Templated<T> = T extends string
  ? T | Reference<string>
  : T extends number
    ? T | Reference<number>
    : T extends boolean
      ? T | Reference<boolean>
      : T extends Date | Uint8Array
        ? T
        : T extends readonly (infer Item)[]
          ? readonly Templated<Item>[]
          : T extends object
            ? { readonly [K in keyof T]: Templated<T[K]> }
            : T
