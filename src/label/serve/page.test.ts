import { request as httpRequest } from 'node:http'
import { CreateBucketCommand, GetObjectCommand, PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import type { Browser, Page } from 'playwright-core'
import sharp from 'sharp'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { CHROMIUM, openBrowser } from '../../../test/support/browser.ts'
import { startTestEngine, type TestEngine } from '../../engine/testing.ts'
import { fit, toScreen } from '../page/edit/viewport.ts'
import { openManifestSource } from '../tasks/manifest-source.ts'
import { openFolder } from '../tasks/s3-folder.ts'
import { writeOutput } from '../tasks/write-output.ts'
import type { Adviser } from './desk.ts'
import { createLabelServer, type LabelServer } from './label-server.ts'
import { manifestQuality } from './manifest-quality.ts'

const BUCKET = 'page-test'
const SMALL = { width: 640, height: 480 }
const LARGE = { width: 5472, height: 3648 }
/** Against hangs, not slowness. */
const PATIENCE_MS = 100_000
let engine: TestEngine
let s3: S3Client

const photograph = ({ width, height }: typeof SMALL): Promise<Buffer> =>
  sharp({
    create: { width, height, channels: 3, background: '#667755', noise: { type: 'gaussian', mean: 120, sigma: 20 } },
  })
    .jpeg({ quality: 60 })
    .toBuffer()

beforeAll(async () => {
  engine = await startTestEngine()
  s3 = new S3Client(engine.clientConfiguration)
  await s3.send(new CreateBucketCommand({ Bucket: BUCKET }))
  for (const [key, size] of [
    ['small.jpg', SMALL],
    ['next.jpg', SMALL],
    ['large.jpg', LARGE],
  ] as const) {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: `flight/${key}`, Body: await photograph(size) }))
  }
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'flight/broken.jpg', Body: 'not a JPEG' }))
  await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: 'secret.txt', Body: 'not of the manifest' }))
})
afterAll(() => engine.stop())

function sourceOf(name: string, images: readonly string[], workersPerObject = 1) {
  const folder = openFolder(s3, `s3://${BUCKET}/${name}`)
  const entries = images.map((image) => {
    const sourceRef = `s3://${BUCKET}/flight/${image}`
    return { sourceRef, line: { 'source-ref': sourceRef } }
  })
  const work = {
    manifest: `s3://${BUCKET}/m`,
    title: 'Cars and buses',
    instructions: 'Tight boxes, please.',
    labels: ['car', 'bus'],
    workersPerObject,
    taskTimeLimitS: 600,
    attribute: 'boxes',
  }
  return { folder, source: openManifestSource({ s3, folder, work, entries, nowMs: Date.now }) }
}

function serve(
  { source }: ReturnType<typeof sourceOf>,
  workers = ['ana'],
  more: { readonly adviser?: Adviser; readonly port?: number } = {},
): Promise<LabelServer> {
  const quality = () => manifestQuality(source)
  return createLabelServer({ source, workers, port: 0, nowMs: Date.now, quality, onError: () => undefined, ...more })
}

describe('the server', () => {
  let server: LabelServer
  let token: string
  beforeAll(async () => {
    server = await serve(sourceOf('server', ['small.jpg']))
    token = server.addresses[0]!.url.split('token=')[1]!
  })
  afterAll(() => server[Symbol.asyncDispose]())

  /** `fetch` would not send the headers that are forged here. */
  const ask = (path: string, headers: Record<string, string> = {}, body?: string) =>
    new Promise<{ status: number; text: string; headers: NodeJS.Dict<string | string[]> }>((resolve, reject) => {
      const method = body === undefined ? 'GET' : 'POST'
      const asked = httpRequest({ host: '127.0.0.1', port: server.port, path, headers, method }, (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')))
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text, headers: response.headers }))
      })
      asked.on('error', reject)
      asked.end(body)
    })
  const known = () => ({ authorization: `Bearer ${token}` })

  test('gives the page to anyone here, and nothing that runs from elsewhere may be in it', async () => {
    const page = await ask('/')
    expect(page.status).toBe(200)
    expect(page.headers['content-security-policy']).toContain("default-src 'none'; script-src 'self'")
    expect((await ask('/page/view/main.js')).text).not.toContain('.ts')
  })
  test.each(['/api/session', '/api/progress', '/api/images/0', '/api/quality', '/api/anything'])(
    'tells nothing of %s without the token',
    async (path) => {
      expect((await ask(path)).status).toBe(401)
      expect((await ask(path, { authorization: `Bearer ${token.slice(1)}x` })).status).toBe(401)
      expect((await ask(path, { cookie: `token=${token}` })).status).toBe(401)
    },
  )
  test('answers the worker', async () => {
    expect(JSON.parse((await ask('/api/session', known())).text)).toMatchObject({
      worker: 'ana',
      labels: ['car', 'bus'],
    })
  })
  test.each([
    ['another name for this machine', { host: 'evil.example:1' }],
    ['a page of another origin', { origin: 'http://evil.example' }],
    ['another port of this machine', { origin: 'http://127.0.0.1:1' }],
    ['a request that another site made', { 'sec-fetch-site': 'cross-site' }],
  ])('refuses %s, token or not', async (_what, headers) => {
    expect((await ask('/api/session', { ...known(), ...headers })).status).toBe(403)
  })
  test.each([
    '/page/../serve/session.ts',
    '/page/%2e%2e/serve/session.ts',
    '/page/protocol.ts',
    '/etc/passwd',
    '/page/',
  ])('has no file %s', async (path) => {
    expect((await ask(path)).status).toBe(404)
  })
  test.each(['1', '..%2Fsecret.txt', 'secret.txt', '%00'])('has no image %s', async (id) => {
    expect((await ask(`/api/images/${id}`, known())).status).toBe(404)
  })
  test.each([
    ['no JSON', 'application/json', '{', 409],
    ['a form', 'text/plain', '{}', 409],
    ['a list', 'application/json', '[]', 409],
    ['no object', 'application/json', '{"boxes":[]}', 409],
    ['boxes without sides', 'application/json', '{"objectId":"0","boxes":[{"label":"car"}]}', 409],
    ['too much', 'application/json', `"${'x'.repeat(4_000_001)}"`, 409],
  ])('refuses a draft that is %s', async (_what, type, body, status) => {
    const answered = await ask('/api/tasks/t/draft', { ...known(), 'content-type': type }, body)
    expect(answered.status).toBe(status)
    expect(JSON.parse(answered.text)).toHaveProperty('code')
  })
})

describe.skipIf(CHROMIUM === undefined)('in a browser', () => {
  let browser: Browser
  beforeAll(async () => {
    browser = await openBrowser()
  })
  afterAll(() => browser?.close())

  async function open(url: string): Promise<Page> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 800 } })
    context.setDefaultTimeout(PATIENCE_MS)
    const page = await context.newPage()
    const wrong: string[] = []
    page.on('pageerror', (error) => wrong.push(error.message))
    page.on('console', (message) => {
      if (message.type() === 'error' && !/Failed to load resource/.test(message.text())) wrong.push(message.text())
    })
    page.on('close', () => expect(wrong).toEqual([]))
    await page.goto(url)
    await shown(page)
    return page
  }
  /** An image is on the table. */
  const shown = (page: Page) => page.locator('#veil').waitFor({ state: 'hidden' })
  const said = (page: Page, text: string) => page.locator('#veil', { hasText: text }).waitFor()
  const saved = (page: Page) => page.locator('#saved[data-state=saved]').waitFor()
  /** As content: rows that the browser has not painted yet have no visible text. */
  const boxTexts = async (page: Page) =>
    (await page.locator('#box-list [role=option]').allTextContents()).map((row) =>
      row.replace(/(\d+ × \d+)$/, ' $1').trim(),
    )

  /** Where points of a fitted image lie on the page. */
  async function placeOf(page: Page, size: typeof SMALL) {
    const { x, y, width, height } = (await page.locator('#stage').boundingBox())!
    const view = fit(size, { width, height })
    return (left: number, top: number) => {
      const at = toScreen(view, { x: left, y: top })
      return [x + at.x, y + at.y] as const
    }
  }
  async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
    await page.mouse.move(...from)
    await page.mouse.down()
    await page.mouse.move(...to, { steps: 4 })
    await page.mouse.up()
  }

  test('two workers draw, fix and submit; what they drew becomes one manifest', async () => {
    const work = sourceOf('two', ['small.jpg', 'next.jpg'], 2)
    await using server = await serve(work, ['ana', 'ben'])
    const [ana, ben] = await Promise.all(server.addresses.map(({ url }) => open(url)))
    const at = await placeOf(ana!, SMALL)

    await drag(ana!, at(100, 100), at(200, 160))
    await ana!.keyboard.press('2')
    expect(await boxTexts(ana!)).toEqual(['bus 100 × 60'])
    // Its lower right handle, then the whole box.
    await drag(ana!, at(200, 160), at(220, 150))
    expect(await boxTexts(ana!)).toEqual(['bus 120 × 50'])
    await drag(ana!, at(160, 125), at(190, 125))
    await ana!.keyboard.press('ArrowLeft')
    await ana!.keyboard.press('Escape')
    await ana!.keyboard.press('1')
    await drag(ana!, at(400, 300), at(440, 330))
    await ana!.keyboard.press('Delete')
    expect(await boxTexts(ana!)).toEqual(['bus 120 × 50'])
    await ana!.keyboard.press('Control+z')
    expect(await boxTexts(ana!)).toEqual(['bus 120 × 50', 'car 40 × 30'])
    await saved(ana!)
    await ana!.reload()
    await shown(ana!)
    expect(await boxTexts(ana!)).toEqual(['bus 120 × 50', 'car 40 × 30'])
    await ana!.keyboard.press('Control+Enter')
    await ana!.locator('#image-name', { hasText: 'next.jpg' }).waitFor()
    await shown(ana!)
    await ana!.keyboard.press('c')
    expect(await boxTexts(ana!)).toEqual(['bus 120 × 50', 'car 40 × 30'])
    await ana!.keyboard.press('Control+Enter')
    await said(ana!, 'All done')

    await drag(ben!, at(131, 100), at(251, 150))
    await ben!.keyboard.press('2')
    await ben!.keyboard.press('Control+Enter')
    await ben!.locator('#image-name', { hasText: 'next.jpg' }).waitFor()
    await shown(ben!)
    await ben!.keyboard.press('s')
    await ben!.locator('dialog').getByRole('button', { name: 'Too blurred' }).click()
    await ben!.getByRole('button', { name: 'Skip it' }).click()
    await said(ben!, 'All done')
    await ben!.close()
    await ana!.close()

    const output = await writeOutput(work.source, work.folder, 'two')
    expect(output).toMatchObject({ labelled: 2, boxes: 4, unfinished: 1, outvoted: 0 })
    const object = await s3.send(new GetObjectCommand({ Bucket: BUCKET, Key: 'two/manifests/output/output.manifest' }))
    const [first] = (await object.Body!.transformToString()).split('\n')
    // Ana moved her bus to 129, Ben drew his at 131.
    expect(JSON.parse(first!)).toMatchObject({
      boxes: {
        image_size: [SMALL],
        annotations: [
          { class_id: 1, left: 130, top: 100, width: 120, height: 50 },
          { class_id: 0, left: 400, top: 300, width: 40, height: 30 },
        ],
      },
      'boxes-metadata': { 'class-map': { 0: 'car', 1: 'bus' } },
    })
  })

  test('with the keyboard alone: draw, name, submit; an empty image only on purpose', async () => {
    const { source, ...rest } = sourceOf('keys', ['small.jpg', 'next.jpg'])
    await using server = await serve({ source, ...rest })
    const page = await open(server.addresses[0]!.url)
    await page.keyboard.press('n')
    await page.keyboard.press('/')
    await page.keyboard.type('bu')
    await page.keyboard.press('Enter')
    for (const key of ['Shift+ArrowRight', 'Alt+ArrowDown', 'ArrowUp']) await page.keyboard.press(key)
    const before = (await boxTexts(page))[0]!
    expect(before).toMatch(/^bus/)
    await page.keyboard.press('Control+Enter')
    await page.locator('#image-name', { hasText: 'next.jpg' }).waitFor()
    await shown(page)
    await page.keyboard.press('Control+Enter')
    await page.locator('dialog', { hasText: 'Nothing to be seen here?' }).waitFor()
    await page.keyboard.press('Enter')
    await said(page, 'All done')
    const { annotatedResult } = (await source.answerOf('ana', '0'))!
    const [box] = annotatedResult.boundingBoxes
    expect(before).toBe(`bus ${box!.width} × ${box!.height}`)
    expect(box!.height - box!.width).toBe(1)
    expect((await source.answerOf('ana', '1'))!.annotatedResult.boundingBoxes).toEqual([])
    await page.close()
  })

  test('proposals are accepted, fixed or rejected, and only what a person accepted is submitted', async () => {
    const work = sourceOf('proposals', ['small.jpg'])
    const boxes = [50, 200, 350].map((left, i) => ({
      label: 'car',
      left,
      top: 60,
      width: 80,
      height: 40,
      confidence: 0.5 + i / 10,
    }))
    const adviser: Adviser = {
      model: 'a model',
      order: (open) => open,
      why: () => '3 uncertain boxes',
      propose: async () => boxes,
      scored: () => 1,
      answered: () => undefined,
    }
    await using server = await serve(work, ['ana'], { adviser })
    const page = await open(server.addresses[0]!.url)
    expect(await page.locator('#why').innerText()).toBe('3 uncertain boxes')
    expect(await boxTexts(page)).toEqual(['car 50% 80 × 40', 'car 60% 80 × 40', 'car 70% 80 × 40'])
    await page.keyboard.press('a')
    await page.keyboard.press('a')
    await page.keyboard.press('r')
    expect(await boxTexts(page)).toEqual(['car 80 × 40', 'car 70% 80 × 40'])
    await saved(page)
    await page.reload()
    await shown(page)
    expect(await boxTexts(page)).toEqual(['car 80 × 40', 'car 70% 80 × 40'])
    await page.keyboard.press('Control+Enter')
    await page.locator('dialog', { hasText: '1 proposals are undecided' }).waitFor()
    await page.getByRole('button', { name: 'Reject them and submit' }).click()
    await said(page, 'All done')
    expect((await work.source.answerOf('ana', '0'))!.annotatedResult.boundingBoxes.map(({ left }) => left)).toEqual([
      50,
    ])
    await page.close()
  })

  test('when the server goes and comes back, nothing is lost', async () => {
    const work = sourceOf('gone', ['small.jpg'])
    const first = await serve(work)
    const page = await open(first.addresses[0]!.url)
    const at = await placeOf(page, SMALL)
    await first[Symbol.asyncDispose]()
    await drag(page, at(100, 100), at(200, 160))
    await page.locator('#saved[data-state=local]').waitFor()
    await page.keyboard.press('Control+Enter')
    await page.locator('#banner', { hasText: 'kept in this browser' }).waitFor()
    await using second = await serve(work, ['ana'], { port: first.port })
    // It tries again by itself.
    await page.locator('dialog', { hasText: 'Which worker are you?' }).waitFor()
    await page.locator('dialog input').fill(second.addresses[0]!.url)
    await page.getByRole('button', { name: 'Continue' }).click()
    await said(page, 'All done')
    const answer = await work.source.answerOf('ana', '0')
    expect(answer?.annotatedResult.boundingBoxes).toEqual([
      { label: 'car', left: 100, top: 100, width: 100, height: 60 },
    ])
    await page.close()
  })

  test('nothing looks ready before its script is', async () => {
    await using server = await serve(sourceOf('slow', ['small.jpg']))
    const page = await (await browser.newContext()).newPage()
    let release = (): void => {}
    const released = new Promise<void>((resolve) => (release = resolve))
    await page.route('**/*.js', async (route) => {
      await released
      await route.continue()
    })
    await page.goto(server.addresses[0]!.url, { waitUntil: 'commit' })
    await said(page, 'Loading')
    expect(await page.locator('#submit').count()).toBe(0)
    release()
    await shown(page)
    await page.context().close()
  })

  test('an image that is none, or not there, can be skipped', async () => {
    const work = sourceOf('broken', ['broken.jpg', 'missing.jpg'])
    await using server = await serve(work)
    const context = await browser.newContext()
    const page = await context.newPage()
    await page.goto(server.addresses[0]!.url)
    for (const image of ['broken.jpg', 'missing.jpg']) {
      await said(page, `flight/${image}: `)
      await page.locator('#veil').getByRole('button', { name: 'Skip it' }).click()
    }
    await said(page, 'All done')
    expect(await work.source.skips()).toMatchObject([
      { objectId: '0', worker: 'ana' },
      { objectId: '1', worker: 'ana', reason: expect.stringContaining('NoSuchKey') },
    ])
    await context.close()
  })

  test('frames a second while dragging among 500 boxes on 5472 x 3648 (reported, not judged)', async () => {
    const work = sourceOf('large', ['large.jpg'])
    const draft = Array.from({ length: 500 }, (_, i) => ({
      label: i % 2 === 0 ? 'car' : 'bus',
      left: 60 + (i % 25) * 210,
      top: 60 + Math.floor(i / 25) * 175,
      width: 120,
      height: 80,
    }))
    const task = (await work.source.claim('ana'))!
    await work.source.saveDraft(task, draft)
    await using server = await serve(work)
    const page = await open(server.addresses[0]!.url)
    expect(await page.locator('#box-count').innerText()).toBe('500')
    const at = await placeOf(page, LARGE)
    const [x, y] = at(60 + 12 * 210 + 60, 60 + 10 * 175 + 40)
    await page.mouse.move(x, y)
    await page.mouse.down()
    await page.evaluate(FRAMES)
    for (let i = 0; i < 120; i++) await page.mouse.move(x + 150 * Math.sin(i / 12), y + 100 * Math.sin(i / 9))
    const times = await page.evaluate<number[]>('globalThis.frameTimes')
    await page.mouse.up()
    const seconds = (times.at(-1)! - times[0]!) / 1000
    console.log(`dragging: ${((times.length - 1) / seconds).toFixed(1)} frames/s over ${times.length - 1} frames`)
    await saved(page)
    const moved = (await work.source.claim('ana'))!.draft!.filter((box, i) => box.left !== draft[i]!.left)
    expect(moved).toHaveLength(1)
    await page.close()
  })
})

/** Notes when each frame begins. */
const FRAMES = `globalThis.frameTimes = []; (function next(time) {
  if (time) globalThis.frameTimes.push(time)
  requestAnimationFrame(next)
})()`
