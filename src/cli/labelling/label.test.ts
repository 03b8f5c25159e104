import { mkdir, mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DeleteObjectCommand } from '@aws-sdk/client-s3'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { skyloop, skyloopJson } from '../../../test/support/cli.ts'
import { resolveConnection } from '../../config/connection.ts'
import { openPortalSource } from '../../label/tasks/portal-source.ts'
import { createClients } from '../clients.ts'
import { runProgram } from '../program.ts'

const LIMIT_MS = 120_000

let folder: string
const home = (): string => join(folder, 'home')
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-label-'))
  await mkdir(join(folder, 'flight', 'first'), { recursive: true })
  for (const name of ['first/a.jpg', 'first/b.jpg', 'c.JPG']) {
    const image = sharp({ create: { width: 80, height: 60, channels: 3, background: '#888' } })
    await image.jpeg().toFile(join(folder, 'flight', name))
  }
  await writeFile(join(folder, 'flight', 'notes.txt'), 'no image')
  await skyloopJson(home(), 'local', 'start', '--detach', '--port=0')
}, LIMIT_MS)
afterAll(async () => {
  await skyloop(home(), 'local', 'stop')
  await rm(folder, { recursive: true, force: true })
}, LIMIT_MS)

/** Runs `skyloop label …` in this process. @returns its JSON document, an error included */
async function label<T>(...args: string[]): Promise<T> {
  const environment = {
    home: home(),
    workingFolder: folder,
    colour: false,
    unattended: true,
    startedAtMs: 0,
    installMs: 0,
  }
  let out = ''
  await runProgram(['label', ...args, '--json'], environment, {
    out: (text) => void (out += text),
    err: () => {},
    interactive: false,
    columns: () => 100,
    signal: new AbortController().signal,
  })
  return JSON.parse(out) as T
}
const asScientist = '--role=data-scientist'

async function sagemaker() {
  const connection = await resolveConnection({ home: home() })
  return createClients(connection.settings).sagemaker()
}

/** One worker answers every image with one car, `shift` pixels to the right. */
async function work(job: string, worker: string, shift: number): Promise<void> {
  const source = await openPortalSource(await sagemaker(), job)
  for (let task = await source.claim(worker); task; task = await source.claim(worker)) {
    await source.submit(task, {
      annotatedResult: {
        boundingBoxes: [{ label: 'car', left: 10 + shift, top: 10, width: 40, height: 20 }],
        inputImageProperties: { width: 80, height: 60 },
      },
    })
  }
}

test(
  'a folder becomes a job, two workers answer, and a YOLO data set comes out',
  async () => {
    const images = join(folder, 'flight')
    const request = ['create', '--name=f7', `--images=${images}`, '--labels=car,truck', '--per-image=2', asScientist]
    const dry = await label<{ estimate: object; request: { HumanTaskConfig: object } }>(...request, '--dry-run')
    expect(dry.estimate).toMatchObject({ objects: 3, tasks: 6 })
    expect(await label('list')).toEqual({ jobs: [] })

    const created = await label<{ next: string }>(...request)
    expect(created).toMatchObject({ job: 'f7', status: 'InProgress', images: 3, failed: 0 })
    expect(created.next).toBe('skyloop label serve --job f7 --open')
    await work('f7', 'ana', 0)
    expect(await label('status', 'f7')).toMatchObject({ status: 'InProgress', labeled: 0, unlabeled: 3 })
    await work('f7', 'ben', 10)
    expect(await label('status', 'f7', '--watch')).toMatchObject({ status: 'Completed', labeled: 3, unlabeled: 0 })

    const { answers } = await label<{ answers: { worker: string }[] }>('answers', 'f7')
    expect(answers.map(({ worker }) => worker)).toEqual(['ana', 'ben', 'ana', 'ben', 'ana', 'ben'])
    // 30 of 50 pixels: IoU 0.6, and each is 35/45 with the mean box.
    const quality = await label<{ pairs: { f1: number; meanIou: number }[]; workers: object[] }>('agreement', 'f7')
    expect(quality.pairs).toMatchObject([{ a: 'ana', b: 'ben', images: 3, f1: 1 }])
    expect(quality.pairs[0]?.meanIou).toBeCloseTo(0.6, 10)
    expect(quality.workers).toMatchObject([{ worker: 'ana', images: 3, precision: 1, recall: 1 }, { worker: 'ben' }])

    const out = join(folder, 'yolo')
    expect(await label('output', 'f7', `--yolo=${out}`)).toMatchObject({
      images: 3,
      labelled: 3,
      boxes: 3,
      boxesByClass: { car: 3 },
      yolo: { labels: { lines: 3, kept: 3, dropped: 0 } },
    })
    const files = (await readdir(out, { recursive: true })).filter(
      (file) => file.endsWith('.txt') && file.includes('labels'),
    )
    expect(files).toHaveLength(3)
    // Mean box from 15 to 55 of 80, from 10 to 30 of 60.
    const [, x, y, w, h] = (await readFile(join(out, files[0] ?? ''), 'utf8')).trim().split(' ').map(Number)
    expect([x, y, w, h]).toEqual([35 / 80, 20 / 60, 40 / 80, 20 / 60].map((side) => expect.closeTo(side, 5) as number))

    // Its boxes are told as dropped; the others are written.
    const connection = await resolveConnection({ home: home() })
    const [bucket, key] = ['skyloop-000000000000-us-east-1', 'labels/f7/images/flight/c.JPG']
    const s3 = await createClients(connection.settings).s3()
    await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }))
    expect(await label('output', 'f7', `--yolo=${join(folder, 'yolo-2')}`)).toMatchObject({
      yolo: {
        images: { read: 3, labelled: 2, leftOut: 1 },
        labels: { lines: 3, kept: 2, dropped: 1 },
        unreachable: [`s3://${bucket}/${key}`],
      },
    })
  },
  LIMIT_MS,
)

test(
  'a second job goes on with the first: it corrects, and what is stopped is kept',
  async () => {
    const adjust = await label<{ images: number }>('create', '--name=f7-b', '--from-job=f7', '--adjust', asScientist)
    expect(adjust.images).toBe(3)
    // One of them has just been deleted.
    expect(await label('status', 'f7-b')).toMatchObject({ failed: 1, unlabeled: 2 })
    const source = await openPortalSource(await sagemaker(), 'f7-b')
    expect(source.about).toMatchObject({ kind: 'adjustment', labels: ['car', 'truck'] })
    const task = await source.claim('ana')
    // 35/45 with the mean box = 0.78.
    expect(task?.proposals).toEqual([{ label: 'car', left: 15, top: 10, width: 40, height: 20, confidence: 0.78 }])
    expect(await label('stop', 'f7-b', asScientist)).toMatchObject({ status: 'Stopped', labeled: 0, unlabeled: 2 })
    expect(await label('output', 'f7-b')).toMatchObject({ images: 3, labelled: 0, failed: 1, unlabelled: 2 })
    expect(await label('output', 'f7-b', '--attribute=labels')).toMatchObject({ labelled: 3, boxes: 3 })
  },
  LIMIT_MS,
)

test(
  'options that do not fit together are refused with the next step',
  async () => {
    const refuse = async (...args: string[]) => JSON.stringify(await label('create', ...args))
    expect(await refuse('--labels=car')).toContain('--name')
    expect(await refuse('--name=x', '--labels=car')).toContain('say once what is to be labelled')
    expect(await refuse('--name=x', '--images=./nowhere', '--labels=car')).toContain('there is no folder')
    expect(await refuse('--name=x', '--from-job=none')).toContain('label.no-such-job')
    expect(await refuse('--name=x', `--images=${join(folder, 'flight')}`)).toContain('--labels car,truck')
    const crowd = ['--name=x', `--images=${join(folder, 'flight')}`, '--labels=car', '--public']
    expect(await refuse(...crowd, '--price=0.036')).toContain('cli.confirm')
    expect(await refuse(...crowd, '--yes')).toContain('add --price 0.036')
    expect(await refuse(...crowd, '--price=0.036', '--yes')).toContain('public workforce is not implemented')
  },
  LIMIT_MS,
)
