import { existsSync } from 'node:fs'
import { mkdtemp } from 'node:fs/promises'
import { cpus, tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { readClassNames, readDataset } from '../../src/yolo/train/batches/dataset.ts'
import { evaluateModel } from './evaluate-run.ts'
import { joinDatasets, SOURCES, TILE_SIDE_PX } from './joint-dataset.ts'
import { accuracyTable, findRun, type RunResult, saveRun } from './results.ts'
import { trainOnce, TRAINERS, type TrainerName } from './trainer.ts'

const USAGE = `node bench/accuracy/main.ts --data DIR [--epochs N] [--seeds 0,1,2] [--trainers ultralytics,skyloop] [--work DIR] [--threads N] [--set name=value]
DIR holds ${SOURCES.map(({ folder }) => folder).join(' and ')}. Finished runs are kept in bench/results/accuracy/ and not made again.
--work keeps data set, logs and models there, and lets a training of ours that was cut short go on.
--threads are Skyloop's (0: one per core; Ultralytics chooses its own); they change how long a training takes, not what it computes.
--set departs from the default of the (single) trainer; such runs have a row of their own.`

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    epochs: { type: 'string', default: '25' },
    batch: { type: 'string', default: '8' },
    seeds: { type: 'string', default: '0,1,2' },
    trainers: { type: 'string', default: 'ultralytics,skyloop' },
    work: { type: 'string' },
    threads: { type: 'string', default: '0' },
    set: { type: 'string', multiple: true, default: [] },
  },
})
const trainers = values.trainers.split(',').filter((name): name is TrainerName => Object.hasOwn(TRAINERS, name))
if (values.data === undefined || trainers.length === 0 || (values.set.length > 0 && trainers.length > 1)) {
  console.error(USAGE)
  process.exit(64)
}

const RESULTS = fileURLToPath(new URL('../results/accuracy', import.meta.url))
const recipe = { epochs: Number(values.epochs), batch: Number(values.batch), side: TILE_SIDE_PX }
const work = values.work === undefined ? await mkdtemp(join(tmpdir(), 'skyloop-accuracy-')) : resolve(values.work)
const data = await joinDatasets(resolve(values.data), join(work, 'data'))
console.error(`${data.images.train} tiles to train on, ${data.images.val} to validate on, in ${work}`)
const validation = await readDataset(join(data.folder, 'val'), await readClassNames([data.folder]))

const runs: RunResult[] = []
for (const seed of values.seeds.split(',').map(Number)) {
  for (const trainer of trainers) {
    const key = { ...recipe, trainer, seed, overrides: values.set, hash: data.hash }
    const run = (await findRun(RESULTS, key)) ?? (await makeRun(trainer, seed))
    if (run) runs.push(run)
  }
}
console.log(accuracyTable(runs))

/** @returns undefined when the trainer is not installed */
async function makeRun(trainer: TrainerName, seed: number): Promise<RunResult | undefined> {
  if (!existsSync(TRAINERS[trainer].command[0])) {
    console.error(`${trainer} is not installed (npm run bench:peers): left out`)
    return undefined
  }
  console.error(`${trainer}, seed ${seed}: ${recipe.epochs} epochs`)
  const folder = join(work, [trainer, ...values.set, seed].join('-'))
  const threads = trainer === 'skyloop' ? [`threads=${values.threads}`] : []
  const report = await trainOnce(trainer, data.folder, recipe, seed, folder, [...values.set, ...threads])
  const run: RunResult = {
    trainer,
    seed,
    ...recipe,
    overrides: values.set,
    ...report,
    data: { hash: data.hash, ...data.images },
    evaluated: await evaluateModel(join(folder, 'model.onnx'), validation),
    machine: { cpu: cpus()[0]?.model ?? 'unknown', cores: cpus().length },
    time: new Date().toISOString(),
  }
  await saveRun(RESULTS, run)
  console.error(`  mAP50 ${(run.evaluated.map50 * 100).toFixed(1)} after ${(run.seconds / 60).toFixed(1)} min`)
  return run
}
