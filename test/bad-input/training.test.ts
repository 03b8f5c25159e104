import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import sharp from 'sharp'
import { afterAll, expect, test } from 'vitest'
import { writeRectangles } from '../generated-dataset.ts'

const MAIN = fileURLToPath(new URL('../../src/jobs/main.ts', import.meta.url))
const SIDE = 64
const folders: string[] = []
afterAll(() => Promise.all(folders.map((folder) => rm(folder, { recursive: true, force: true }))))

/** An `/opt/ml` with two training images in channel "train", and hyperparameters for a training of a moment. */
async function job(hyperparameters: Record<string, string> = {}): Promise<{ base: string; train: string }> {
  const base = await mkdtemp(join(tmpdir(), 'skyloop-bad-training-'))
  folders.push(base)
  const train = join(base, 'input', 'data', 'train')
  await mkdir(join(base, 'input', 'config'), { recursive: true })
  const settings = { epochs: '1', batch: '2', imgsz: String(SIDE), weights: 'none', threads: '1', ...hyperparameters }
  await writeFile(join(base, 'input', 'config', 'hyperparameters.json'), JSON.stringify(settings))
  await writeRectangles(train, 2, SIDE, 1)
  await writeFile(join(train, 'classes.txt'), 'bright\ndark\n')
  return { base, train }
}

/**
 * Runs the training program as the platform does; `failure` is what becomes the job's FailureReason.
 *
 * @param limit a command of the shell that is given before it
 */
async function run(base: string, limit = ':'): Promise<{ code: number | null; output: string; failure: string }> {
  const child = spawn('sh', ['-c', `${limit} && exec "$0" "$@"`, process.execPath, MAIN, 'train'], {
    env: { ...process.env, SAGEMAKER_BASE_DIR: base },
  })
  let output = ''
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()))
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()))
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve))
  const failure = await readFile(join(base, 'output', 'failure'), 'utf8').catch(() => '')
  return { code, output, failure }
}

test('a training set without a single box is refused', async () => {
  const { base, train } = await job()
  for (const i of [0, 1]) await writeFile(join(train, 'labels', `picture-00${i}.txt`), '')
  const { code, failure } = await run(base)
  expect(code).toBe(1)
  expect(failure).toBe(`yolo.dataset.empty: the data set ${train} has no boxes`)
})

test('a label with a class that is not there is named by file and line', async () => {
  const { base, train } = await job()
  await writeFile(join(train, 'labels', 'picture-001.txt'), '0 0.5 0.5 0.2 0.2\n7 0.5 0.5 0.2 0.2\n')
  const { code, failure } = await run(base)
  expect(code).toBe(1)
  expect(failure).toContain('picture-001.txt:2 has class 7; known are 0 to 1')
})

test('an image of one pixel is trained on as any other', async () => {
  const { base, train } = await job()
  const pixel = { width: 1, height: 1, channels: 3 as const, background: '#804020' }
  await sharp({ create: pixel })
    .png()
    .toFile(join(train, 'images', 'pixel.png'))
  await writeFile(join(train, 'labels', 'pixel.txt'), '')
  const { code, output } = await run(base)
  expect(output).toContain('Training on 3 images')
  expect(output).toMatch(/^epoch=1 train_loss=\d/m)
  expect(code).toBe(0)
})

test('an image with a side beyond 20,000 pixels is refused by name before it is decoded', async () => {
  const { base, train } = await job()
  const strip = { width: 20_001, height: 4, channels: 3 as const, background: '#804020' }
  await sharp({ create: strip })
    .png()
    .toFile(join(train, 'images', 'strip.png'))
  await writeFile(join(train, 'labels', 'strip.txt'), '')
  const { code, failure } = await run(base)
  expect(code).toBe(1)
  expect(failure).toContain('strip.png is 20001x4 px; the longest side allowed is 20000 px')
})

test('a training that does not fit into memory is refused, with the batch that would', async () => {
  const { base } = await job({ imgsz: '1280', batch: '1024' })
  const { code, failure } = await run(base)
  expect(code).toBe(1)
  expect(failure).toMatch(/^yolo\.train\.memory: YOLO11n at 1280 px with batch 1024 needs about [\d.]+ TiB of memory/)
  expect(failure).toMatch(/next: batch=\d+ fits, and with accumulate=\d+ makes updates of as many images/)
})

// Other systems do not count what a process maps.
test.skipIf(process.platform !== 'linux')('a training whose memory runs out in a step says so and ends', async () => {
  const { base, train } = await job({ imgsz: '512', batch: '8', mosaic: '0', memory_check: 'off' })
  await writeRectangles(train, 8, SIDE, 1)
  // A step needs about 3 GB; the program without it half of one, and as much for the stacks of its threads.
  const { code, failure } = await run(base, 'ulimit -d 2200000')
  expect(code).toBe(1)
  expect(failure).toMatch(
    /^yolo\.train\.memory: the memory ran out in a training step of YOLO11n at 512 px with batch 8: /,
  )
  expect(failure).toContain('lower batch (and raise accumulate by as much), imgsz or scale')
})
