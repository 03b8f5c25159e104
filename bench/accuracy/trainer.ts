import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { openSync } from 'node:fs'
import { mkdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { PEERS_FOLDER } from '../python-peer.ts'

/** The same for both trainers; whatever else they need has their own default. */
export interface Recipe {
  readonly epochs: number
  readonly batch: number
  /** H and W in pixels. */
  readonly side: number
}

/** What a trainer reports about its best checkpoint. */
export interface OwnReport {
  readonly version: string
  readonly own: { readonly map50: number; readonly map50_95: number }
  readonly seconds: number
}

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url))

/** Command lines by trainer; each is followed by DATA EPOCHS BATCH SIDE SEED FOLDER. */
export const TRAINERS = {
  ultralytics: {
    // -P: the scripts' folder is no place for modules; `profile.py` is not Python's.
    command: [`${PEERS_FOLDER}/bin/python`, '-P', here('../peers/ultralytics_accuracy.py')],
    data: (folder: string): string => join(folder, 'data.yaml'),
  },
  skyloop: { command: [process.execPath, here('./train-ours.ts')], data: (folder: string): string => folder },
} as const

export type TrainerName = keyof typeof TRAINERS

/**
 * Trains in a process of its own, whose output goes to `<folder>/log.txt`; `<folder>/model.onnx` is the best checkpoint.
 *
 * @throws Error naming the log when the process fails
 */
export async function trainOnce(
  trainer: TrainerName,
  dataFolder: string,
  recipe: Recipe,
  seed: number,
  folder: string,
  overrides: readonly string[] = [],
): Promise<OwnReport> {
  await mkdir(folder, { recursive: true })
  const log = join(folder, 'log.txt')
  const { command, data } = TRAINERS[trainer]
  const [program, ...first] = command
  const numbers = [recipe.epochs, recipe.batch, recipe.side, seed].map(String)
  const output = openSync(log, 'a')
  const child = spawn(program, [...first, data(dataFolder), ...numbers, folder, ...overrides], {
    stdio: ['ignore', output, output],
  })
  const [code] = (await once(child, 'exit')) as [number | null]
  if (code !== 0) throw new Error(`${trainer} with seed ${seed} ended with ${code}; see ${log}`)
  return JSON.parse(await readFile(join(folder, 'own.json'), 'utf8')) as OwnReport
}
