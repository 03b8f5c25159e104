/**
 * Compiles `src/yolo/image/resize-rows.wat` into `resize-rows-wasm.ts` beside it; a test compares them.
 *
 *   node tools/wasm.ts
 */
import { readFile, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import wabt from 'wabt'

const folder = fileURLToPath(new URL('../src/yolo/image/', import.meta.url))

/** The text of the generated file. */
export async function compiledKernel(): Promise<string> {
  const compiler = await wabt()
  const module = compiler.parseWat('resize-rows.wat', await readFile(`${folder}resize-rows.wat`, 'utf8'), {
    simd: true,
  })
  module.validate()
  const base64 = Buffer.from(module.toBinary({}).buffer).toString('base64')
  const lines = base64.match(/.{1,110}/g) ?? []
  return [
    '// Generated from resize-rows.wat by tools/wasm.ts.',
    '/** The kernel as base64. */',
    'export const RESIZE_ROWS_WASM =',
    ...lines.map((line, i) => `  '${line}'${i < lines.length - 1 ? ' +' : ''}`),
    '',
  ].join('\n')
}

if (import.meta.main) await writeFile(`${folder}resize-rows-wasm.ts`, await compiledKernel())
