import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { ListProcessingJobsCommand } from '@aws-sdk/client-sagemaker'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { resolveConnection } from '../../config/connection.ts'
import { writeRectangles } from '../../../test/generated-dataset.ts'
import { skyloop, skyloopJson } from '../../../test/support/cli.ts'
import { createClients } from '../clients.ts'
import { runProgram } from '../program.ts'

let folder: string
let data: string
const home = (): string => join(folder, 'home')
const QUICK = ['--tile=none', '--imgsz=64', '--set=batch=4', '--set=plots=off', '--weights=none', '--epochs=1']

/** Two trainings, on a machine that may be busy. */
const LIMIT_MS = 600_000

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-train-'))
  data = join(folder, 'boxes')
  await writeRectangles(join(data, 'train'), 4, 64, 1)
  await writeRectangles(join(data, 'val'), 2, 64, 2)
  await writeFile(join(data, 'classes.txt'), 'bright\ndark\n')
  await skyloopJson(home(), 'local', 'start', '--detach', '--port=0')
})
afterAll(async () => {
  await skyloop(home(), 'local', 'stop')
  await rm(folder, { recursive: true, force: true })
})

interface Training {
  readonly trainingJob: string
  readonly status: string
  readonly hyperparameters: Readonly<Record<string, string>>
  readonly metrics: Readonly<Record<string, number>>
  readonly files: readonly string[]
}

test(
  'a folder becomes a model, and the same data is prepared once',
  async () => {
    const out = join(folder, 'run')
    const shared = [...QUICK, '--role=data-scientist', `--out=${out}`]
    const run = await skyloopJson<Training>(home(), 'train', 'run', data, '--name=one', ...shared)
    expect(run).toMatchObject({ trainingJob: 'experiment-one', status: 'Completed', metrics: { epoch: 1 } })
    expect(run.hyperparameters).toEqual({ batch: '4', plots: 'off', epochs: '1', imgsz: '64', weights: 'none' })
    expect(run.files).toEqual(['metrics.json', 'model.onnx', 'model.safetensors', 'results.csv'])
    for (const file of run.files) expect(existsSync(join(out, file))).toBe(true)

    // The first of two combinations is good enough, so that there is no second training.
    const tuning = await skyloopJson<{
      readonly status: string
      readonly best: { readonly value: number; readonly trainingJob: string }
      readonly trials: readonly { readonly value: number; readonly hyperparameters: object }[]
    }>(
      home(),
      'train',
      'tune',
      data,
      '--name=two',
      '--strategy=grid',
      '--tune=lr0=0.001,0.01',
      '--objective=train_loss',
      '--target=1000',
      ...shared,
    )
    expect(tuning.status).toBe('Completed')
    expect(tuning.trials.map(({ hyperparameters }) => hyperparameters)).toEqual([{ lr0: '0.001' }])
    expect(tuning.best.value).toBe(tuning.trials[0]?.value)
    expect(tuning.best.trainingJob).toMatch(/^experiment-two-001-[0-9a-f]{8}$/)

    const { settings } = await resolveConnection({ home: home() })
    const clients = createClients(settings)
    const { ProcessingJobSummaries: preparations } = await (
      await clients.sagemaker()
    ).send(new ListProcessingJobsCommand({ NameContains: 'experiment-prepare-' }))
    clients.destroy()
    expect(preparations).toHaveLength(1)

    const list = await skyloopJson<{ readonly trainings: readonly { readonly name: string }[] }>(
      home(),
      'train',
      'list',
    )
    expect(list.trainings.map(({ name }) => name.replace(/-[0-9a-f]{8}$/, ''))).toEqual(['two-001', 'one'])
  },
  LIMIT_MS,
)

/** Runs a command in this process, which is quicker. */
async function refusal(...args: readonly string[]): Promise<readonly [code: number, said: string]> {
  let said = ''
  const environment = {
    home: home(),
    workingFolder: folder,
    colour: false,
    unattended: true,
    startedAtMs: 0,
    installMs: 0,
  }
  const code = await runProgram(args, environment, {
    out: () => {},
    err: (text) => void (said += text),
    interactive: false,
    columns: () => 100,
    signal: new AbortController().signal,
  })
  return [code, said]
}

test.each([
  [['train', 'run', '.', '--set=speed=9'], 1, 'unknown hyperparameter "speed"'],
  [['train', 'run', '.', '--epochs=2', '--set=epochs=3'], 2, 'given twice: --epochs'],
  [['train', 'run', 'nowhere'], 1, 'there is no folder'],
  [['train', 'run', '.', '--weights=none', '--instance-type=ml.huge'], 2, 'not an instance type'],
  [['train', 'run', '.', '--weights=lost.pt'], 2, 'there is no'],
  [['train', 'tune', '.', '--tune=lr0=0.1,0.2', '--set=lr0=0.1'], 2, 'lr0 is given twice'],
  [['train', 'tune', '.', '--tune=imgsz=64,96'], 2, 'prepared for one size'],
  [['train', 'tune', '.', '--strategy=grid', '--tune=lr0=0.1..0.2'], 2, 'grid needs lists'],
  [['train', 'tune', '.'], 2, 'nothing to tune'],
  [['train', 'status', 'nobody'], 1, 'there is no training nobody'],
  [['train', 'resume', 'one'], 1, 'is Completed'],
  [['train', 'evaluate', 'nobody'], 1, 'there is no training nobody'],
] as const)('skyloop %j is refused', async (args, exitCode, words) => {
  expect(await refusal(...args)).toEqual([exitCode, expect.stringContaining(words)])
})
