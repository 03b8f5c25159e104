import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { writeRectangles } from '../../test/generated-dataset.ts'
import { seededRandom } from '../core/random.ts'
import { initialWeights, modelSpec } from '../yolo/model/spec.ts'
import { openDetector } from '../yolo/runtime/detector-session.ts'
import { exportOnnx } from '../yolo/export/export.ts'

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url))

interface Outcome {
  readonly code: number | null
  readonly output: string
}

/** Runs the training program as the platform does: a process with its own `/opt/ml`. */
async function runTraining(baseDir: string, onOutput?: (output: string, kill: () => void) => void): Promise<Outcome> {
  const child = spawn(process.execPath, [MAIN, 'train'], { env: { ...process.env, SAGEMAKER_BASE_DIR: baseDir } })
  let output = ''
  const take = (chunk: Buffer): void => {
    output += chunk.toString()
    onOutput?.(output, () => child.kill('SIGTERM'))
  }
  child.stdout.on('data', take)
  child.stderr.on('data', take)
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { code, output }
}

async function baseDirWith(hyperparameters: Record<string, string>): Promise<string> {
  const baseDir = await mkdtemp(join(tmpdir(), 'skyloop-train-job-'))
  await mkdir(join(baseDir, 'input', 'config'), { recursive: true })
  await writeFile(join(baseDir, 'input', 'config', 'hyperparameters.json'), JSON.stringify(hyperparameters))
  return baseDir
}

test('a training job goes from a data set to a model, stopped and resumed on the way', async () => {
  const baseDir = await baseDirWith({ epochs: '3', batch: '2', imgsz: '64', weights: 'none', threads: '1' })
  const dataset = join(baseDir, 'input', 'data', 'dataset')
  await writeRectangles(join(dataset, 'train'), 4, 64, 1)
  await writeRectangles(join(dataset, 'val'), 2, 64, 2)
  await writeFile(join(dataset, 'classes.txt'), 'bright\ndark\n')
  const tile = { size: 128, overlap: 0.2, scale: 0.5 }
  await writeFile(join(dataset, 'dataset.json'), JSON.stringify({ tile, contentHash: 'abc' }))

  const first = await runTraining(baseDir, (output, kill) => {
    if (output.includes('epoch=1 ')) kill()
  })
  expect(first.code).toBe(0)
  expect(first.output).toContain('Training ended (interrupted)')
  const second = await runTraining(baseDir)
  expect(second.output).toContain('Resuming at epoch')
  expect(second.code).toBe(0)
  expect(second.output).toMatch(/^epoch=3 train_loss=[\d.]+ box_loss=.* val_map50=[\d.]+ .*images_per_second=[\d.]+/m)

  const metrics = JSON.parse(await readFile(join(baseDir, 'model', 'metrics.json'), 'utf8')) as Record<string, unknown>
  expect(metrics).toMatchObject({ status: 'completed', epochs: 3, steps: 6, datasetHash: 'abc', startedFrom: null })
  expect(metrics['engine']).toMatch(/^onnxruntime-cpu \d/)
  const csv = await readFile(join(baseDir, 'output', 'data', 'results.csv'), 'utf8')
  expect(csv.split('\n')[0]).toMatch(/^epoch,train_loss,/)
  expect(csv.trim().split('\n')).toHaveLength(4)
  const plots = await readdir(join(baseDir, 'output', 'data', 'plots'))
  const expected = ['labels.png', 'results.png', 'train-batch-0.jpg', 'train-batch-1.jpg', 'validation-batch.jpg']
  expect(plots).toEqual(expect.arrayContaining([...expected, 'pr-curve.png', 'confusion-matrix.png']))
  await using detector = await openDetector(join(baseDir, 'model', 'model.onnx'))
  expect(detector.metadata).toMatchObject({ task: 'detect', scale: 'n', tile: JSON.stringify(tile) })
  expect(detector.metadata).not.toHaveProperty('license')
  expect(detector).toMatchObject({ batch: 1, height: 64, width: 64, classCount: 2, classNames: ['bright', 'dark'] })
})

test('splits come as channels of their own, and so do weights to start from', async () => {
  const baseDir = await baseDirWith({
    epochs: '1',
    batch: '2',
    imgsz: '64',
    threads: '1',
    sagemaker_program: 'train.py',
  })
  const channels = join(baseDir, 'input', 'data')
  await writeRectangles(join(channels, 'train'), 2, 64, 1)
  await writeFile(join(channels, 'train', 'classes.txt'), 'dark\nother\n')
  const spec = modelSpec('n', 1)
  await mkdir(join(channels, 'weights'))
  const metadata = { names: "{0: 'dark'}" }
  const onnx = exportOnnx(spec, initialWeights(spec, seededRandom(3)), { height: 32, width: 32, metadata })
  await writeFile(join(channels, 'weights', 'notes.txt'), 'trained elsewhere')
  await writeFile(join(channels, 'weights', 'pretrained.onnx'), onnx)
  const { code, output } = await runTraining(baseDir)
  expect(output).toContain('Training on 2 images, validating on 0')
  expect(output).toContain('0 start anew')
  expect(output).toContain('Classes it knows already: dark')
  expect(code).toBe(0)
  // A licence is that of the start weights, or nobody's to state.
  await using detector = await openDetector(join(baseDir, 'model', 'model.onnx'))
  expect(detector.metadata['license']).toBe('that of the start weights')
})

test('without data, and with wrong hyperparameters, it fails with one clear sentence', async () => {
  const wrong = await baseDirWith({ epochs: 'many', learning_rate: '1' })
  const bad = await runTraining(wrong)
  expect(bad.code).toBe(1)
  const failure = await readFile(join(wrong, 'output', 'failure'), 'utf8')
  expect(failure).toContain('epochs="many" is not a whole number')
  expect(failure).toContain('unknown hyperparameter "learning_rate"')

  const empty = await baseDirWith({})
  expect((await runTraining(empty)).code).toBe(1)
  expect(await readFile(join(empty, 'output', 'failure'), 'utf8')).toContain(
    'neither a "dataset" channel nor a "train"',
  )

  const channels = join(empty, 'input', 'data')
  await writeRectangles(join(channels, 'train'), 2, 64, 1)
  await writeFile(join(channels, 'train', 'classes.txt'), 'dark\nother\n')
  await mkdir(join(channels, 'weights'))
  await writeFile(join(channels, 'weights', 'notes.txt'), 'no weights')
  expect((await runTraining(empty)).code).toBe(1)
  expect(await readFile(join(empty, 'output', 'failure'), 'utf8')).toContain(
    'channel "weights" holds no .safetensors, .pt, .onnx file (found: notes.txt)',
  )
})

test('a program that is not there is refused by name', async () => {
  const child = spawn(process.execPath, [MAIN, 'dance'])
  let output = ''
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  expect(await new Promise((resolve) => child.on('close', resolve))).toBe(64)
  expect(output).toContain('no program "dance"; this image has profile, preprocess, validate, train')
})
