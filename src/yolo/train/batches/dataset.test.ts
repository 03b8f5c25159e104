import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { describe, expect, test } from 'vitest'
import { ProblemsError } from '../../../core/errors.ts'
import { clippingNotice, readClassNames, readDataset, requireBoxes } from './dataset.ts'
import { openImageStore, storedImage } from './image-store.ts'
import { parseSettings } from '../settings/settings.ts'

async function split(files: Readonly<Record<string, string | Uint8Array>>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'skyloop-split-'))
  await mkdir(join(folder, 'images'))
  await mkdir(join(folder, 'labels'))
  for (const [path, content] of Object.entries(files)) await writeFile(join(folder, path), content)
  return folder
}

async function problemsOf(work: Promise<unknown>): Promise<readonly string[]> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof ProblemsError) return error.problems
  throw new Error(`expected problems, got ${String(error)}`)
}

describe('reading a split', () => {
  test('boxes become corners; byte order mark, CRLF and blank lines are no matter', async () => {
    const folder = await split({
      'images/b.jpg': '',
      'images/a.PNG': '',
      'images/notes.md': '',
      'labels/a.txt': '\uFEFF1 0.5 0.5 0.25 0.5\r\n\r\n0 0.125 0.125 0.25 0.25\r\n',
      'labels/b.txt': '',
    })
    const dataset = await readDataset(folder, ['x', 'y'])
    expect(dataset.images.map(({ path }) => path.slice(folder.length))).toEqual(['/images/a.PNG', '/images/b.jpg'])
    expect(Array.from(dataset.images[0]!.boxesXyxyNorm)).toEqual([0.375, 0.25, 0.625, 0.75, 0, 0, 0.25, 0.25])
    expect(Array.from(dataset.images[0]!.classes)).toEqual([1, 0])
    expect(dataset.images[1]!.classes).toHaveLength(0)
  })

  test('a box that reaches beyond the frame by up to a hundredth is cut, and its place is kept for the report', async () => {
    const folder = await split({
      'images/a.jpg': '',
      'labels/a.txt': '0 0.5 0.5 0.2 0.2\n0 0.5 0.970444 0.2 0.063274\n0 0.90005 0.5 0.2 0.2\n',
    })
    const dataset = await readDataset(folder, ['x'])
    // 0.970444 + 0.063274 / 2 = 1.002081; the third box is over by 0.00005, which is rounding.
    expect(dataset.images[0]!.boxesXyxyNorm[7]).toBe(1)
    expect(dataset.clipped).toEqual([join(folder, 'labels', 'a.txt:2')])
    expect(clippingNotice(dataset)).toContain('1 box(es) of')
    expect(clippingNotice({ ...dataset, clipped: [] })).toBeUndefined()
  })

  test('every problem is listed, with file and line', async () => {
    const folder = await split({
      'images/a.jpg': '',
      'images/b.jpg': '',
      'labels/a.txt': '7 0.5 0.5 0.1 0.1\n0 0.95 0.5 0.3 0.1\n0 0.5 0.5 0 0.1\n0 0.5 NaN 0.1 0.1\n0 1 2\n',
    })
    const problems = await problemsOf(readDataset(folder, ['x']))
    expect(problems).toHaveLength(6)
    for (const [i, part] of [
      'a.txt:1 has class 7; known are 0 to 0',
      'a.txt:2 has a box outside the frame (0.800, 0.450, 1.100, 0.550)',
      'a.txt:3 has a box without area',
      'a.txt:4 is not',
      'a.txt:5 is not',
      'b.jpg has no label file',
    ].entries()) {
      expect(problems[i]).toContain(part)
    }
  })

  test('no folder, no image and no box are refused', async () => {
    await expect(readDataset('/nowhere', ['x'])).rejects.toMatchObject({ code: 'yolo.dataset.empty' })
    await expect(readDataset(await split({}), ['x'])).rejects.toMatchObject({ code: 'yolo.dataset.empty' })
    const dataset = await readDataset(await split({ 'images/a.jpg': '', 'labels/a.txt': '' }), ['x'])
    expect(() => requireBoxes(dataset)).toThrow('has no boxes')
  })

  test('class names come from the first folder that has them', async () => {
    const folder = await split({ 'classes.txt': 'car\r\n bus \n\n' })
    expect(await readClassNames([join(folder, 'images'), folder])).toEqual(['car', 'bus'])
    await expect(readClassNames([join(folder, 'images')])).rejects.toThrow('no classes.txt')
    await expect(readClassNames([await split({ 'classes.txt': 'a\na\n' })])).rejects.toThrow('"a" twice')
  })
})

describe('the image store', () => {
  test('names every broken image', async () => {
    const folder = await split({ 'images/a.jpg': '', 'images/b.png': 'text' })
    const paths = [join(folder, 'images/a.jpg'), join(folder, 'images/b.png')]
    const counts: number[] = []
    const problems = await problemsOf(openImageStore(paths, 32, 1e6, (done) => counts.push(done)))
    expect(counts).toEqual([1, 2])
    expect(problems[0]).toContain('a.jpg')
    expect(problems[1]).toContain('b.png')
  })

  test('an image beyond the budget is the same as one within', async () => {
    const picture = await sharp({ create: { width: 40, height: 20, channels: 3, background: '#123456' } })
      .png()
      .toBuffer()
    const folder = await split({ 'images/a.png': picture })
    const paths = [join(folder, 'images/a.png')]
    const kept = await storedImage(await openImageStore(paths, 32, 1e6), 0)
    const fresh = await storedImage(await openImageStore(paths, 32, 10), 0)
    expect(kept).toEqual(fresh)
    expect([kept.width, kept.height]).toEqual([32, 16])
  })
})

describe('settings', () => {
  test('texts become values, the rest has defaults', () => {
    const settings = parseSettings({ epochs: '3', lr0: '1e-3', scale: 's', optimizer: 'sgd' })
    expect(settings).toMatchObject({ epochs: 3, lr0: 0.001, scale: 's', optimizer: 'sgd', batch: 8 })
  })

  test('unknown names and bad values are listed together', async () => {
    const work = Promise.resolve().then(() =>
      parseSettings({ epoch: '3', batch: '0', imgsz: '300', scale: 'q', lr0: '', seed: '1.5' }),
    )
    const problems = await problemsOf(work)
    expect(problems).toHaveLength(6)
    expect(problems[0]).toContain('unknown hyperparameter "epoch"')
    expect(problems[1]).toBe('batch="0" is not a whole number from 1 to 1024')
    expect(problems[2]).toBe('imgsz="300" is not a whole number from 32 to 4096, a multiple of 32')
    expect(problems[3]).toBe('scale="q" is not one of n, s, m, l, x')
  })
})
