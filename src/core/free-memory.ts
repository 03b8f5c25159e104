/**
 * Gives the memory behind an array back at once; its values are gone. What large arrays hold is nothing that the collector
 * counts as its own, and left to it, a few of them make it look through everything else.
 *
 * An array that shares its memory, with threads or with other arrays, keeps it.
 */
export function freeMemory({ buffer, byteLength }: NodeJS.ArrayBufferView): void {
  if (buffer instanceof ArrayBuffer && !buffer.detached && buffer.byteLength === byteLength) buffer.transfer(0)
}
