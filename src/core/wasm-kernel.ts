/** The part of the global that is used; the language's own libraries declare it only for browsers. */
declare const WebAssembly: {
  readonly Memory: new (size: { initial: number }) => { readonly buffer: ArrayBuffer; grow(pages: number): number }
  readonly Module: new (bytes: Uint8Array) => object
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown }
}

const PAGE_BYTES = 65_536

/** Functions of a WebAssembly module and the memory they work in. */
export interface WasmKernel<F> {
  readonly run: F
  /** The memory, made larger where it has less than `sizeBytes`; a buffer from before it grew is of no use any more. */
  readonly memory: (sizeBytes: number) => ArrayBuffer
}

/**
 * Loads a kernel that imports its memory as `host.memory`.
 *
 * @param base64 the module, as `tools/wasm.ts` writes it
 */
export function loadKernel<F>(base64: string): WasmKernel<F> {
  const memory = new WebAssembly.Memory({ initial: 1 })
  const module = new WebAssembly.Module(Buffer.from(base64, 'base64'))
  const { exports } = new WebAssembly.Instance(module, { host: { memory } })
  return {
    run: exports as F,
    memory: (sizeBytes) => {
      const missing = sizeBytes - memory.buffer.byteLength
      if (missing > 0) memory.grow(Math.ceil(missing / PAGE_BYTES))
      return memory.buffer
    },
  }
}
