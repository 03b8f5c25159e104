/**
 * Compiles every kernel of the product, `x.wat`, into `x-wasm.ts` beside it; tests compare them.
 *
 *   node tools/wasm.ts
 */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

/** Path from `src/`, without its ending. */
export type Kernel =
  | 'yolo/image/blit-rows'
  | 'yolo/image/resize-rows'
  | 'yolo/image/rgb-pixels'
  | 'yolo/train/update/move-weights'
  | 'data/profile/pixel-sums'
const KERNELS: readonly Kernel[] = [
  'yolo/image/blit-rows',
  'yolo/image/resize-rows',
  'yolo/image/rgb-pixels',
  'yolo/train/update/move-weights',
  'data/profile/pixel-sums',
]

const source = fileURLToPath(new URL('../src/', import.meta.url))

/** The text of the generated file. */
export async function compiledKernel(kernel: Kernel): Promise<string> {
  const name = basename(kernel)
  const compiler = await wabt()
  const module = compiler.parseWat(`${name}.wat`, await readFile(`${source}${kernel}.wat`, 'utf8'), {
    simd: true,
    relaxed_simd: true,
  })
  module.validate()
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
  const lines = base64.match(/.{1,110}/g) ?? []
  return [
    `// Generated from ${name}.wat by tools/wasm.ts.`,
    '/** The kernel as base64. */',
    `export const ${name.toUpperCase().replaceAll('-', '_')}_WASM =`,
    ...lines.map((line, i) => `  '${line}'${i < lines.length - 1 ? ' +' : ''}`),
    '',
  ].join('\n')
}

if (import.meta.main) {
  for (const kernel of KERNELS) await writeFile(`${source}${kernel}-wasm.ts`, await compiledKernel(kernel))
}
