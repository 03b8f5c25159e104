/**
 * A training that stands still between its epochs: DATASET SIDE BATCH; see line-contender.ts. An answer is the images a
 * second of one epoch: loading, augmentation, forward, backward, optimiser and average of weights.
 */
import { readSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { readClassList } from '../src/data/formats/class-list.ts'
import { DEFAULT_SETTINGS } from '../src/yolo/train/settings/settings.ts'
import { trainDetector } from '../src/yolo/train/train-detector.ts'

const [folder, side, batch] = process.argv.slice(2) as [string, string, string]
const scratch = await mkdtemp(join(tmpdir(), 'skyloop-bench-train-'))
const stop = new AbortController()
const answer = Buffer.alloc(64)

/** Stands still until the next line, batches being made ahead as before a fast step. */
function awaitTurn(): void {
  if (readSync(0, answer) === 0) stop.abort()
}

await trainDetector({
  train: join(folder, 'train'),
  classNames: await readClassList(folder),
  settings: {
    ...DEFAULT_SETTINGS,
    imgsz: Number(side),
    batch: Number(batch),
    epochs: 10_000,
    mosaic: 1,
    lr0: 0.001,
  },
  checkpointDir: scratch,
  checkpointEverySeconds: 1e9,
  signal: stop.signal,
  report: (event) => {
    if (event.kind === 'data') {
      process.stdout.write(`${JSON.stringify({ version: '' })}\n`)
      awaitTurn()
    }
    if (event.kind !== 'epoch') return
    process.stdout.write(`${JSON.stringify({ value: event.row.imagesPerSecond })}\n`)
    awaitTurn()
  },
})
await rm(scratch, { recursive: true })
