import { copyFile, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { diffVersions, isSameVersion } from './diff-versions.ts'
import { matchBoxes } from './match-boxes.ts'
import { readVersion, type NamedBox } from './read-version.ts'

const box = (className: string, x1: number, y1: number, x2: number, y2: number): NamedBox => ({
  className,
  boxXyxyNorm: [x1, y1, x2, y2],
})

describe('boxes of two versions', () => {
  const car = box('car', 0, 0, 0.2, 0.2)

  test('are the same when only decimals differ', () => {
    expect(matchBoxes([car], [box('car', 0, 0, 0.2000005, 0.2)])).toMatchObject({ same: 1, moved: [] })
  })

  test('are moved when half of them still overlaps, else one went and one came', () => {
    // Shifted by a quarter: 0.15 of 0.25 overlaps, 0.6. Shifted by half: 0.1 of 0.3, a third.
    const quarter = matchBoxes([car], [box('car', 0.05, 0, 0.25, 0.2)])
    expect(quarter.moved.map(({ iou }) => Math.round(iou * 1e6) / 1e6)).toEqual([0.6])
    expect(matchBoxes([car], [box('car', 0.1, 0, 0.3, 0.2)])).toMatchObject({
      same: 0,
      moved: [],
      added: [{}],
      removed: [{}],
    })
  })

  test('are relabelled when another class has the place, unless the own class is there as well', () => {
    const van = box('van', 0, 0, 0.2, 0.2)
    expect(matchBoxes([car], [van])).toMatchObject({ relabelled: [{ iou: 1 }], added: [], removed: [] })
    expect(matchBoxes([car], [van, box('car', 0.05, 0, 0.25, 0.2)])).toMatchObject({
      relabelled: [],
      moved: [{}],
      added: [{ className: 'van' }],
    })
  })

  test('are paired one to one', () => {
    expect(matchBoxes([car, car], [car])).toMatchObject({ same: 1, removed: [{}] })
  })
})

let root = ''
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'skyloop-diff-'))))
afterEach(() => rm(root, { recursive: true, force: true }))

async function image(path: string, level: number): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  const picture = sharp({
    create: { width: 16, height: 16, channels: 3, background: { r: level, g: level, b: level } },
  })
  await writeFile(join(root, path), await picture.png().toBuffer())
}

async function text(path: string, content: string): Promise<void> {
  await mkdir(join(root, path, '..'), { recursive: true })
  await writeFile(join(root, path), content)
}

async function version(name: string, classes: string): Promise<void> {
  await text(`${name}/classes.txt`, classes)
  for (const [split, stem, level, labels] of [
    ['train', 'a', 10, '0 0.5 0.5 0.2 0.2\n1 0.2 0.2 0.1 0.1\n'],
    ['train', 'b', 20, ''],
    ['val', 'c', 30, '0 0.5 0.5 0.2 0.2\n'],
  ] as const) {
    await image(`${name}/${split}/images/${stem}.png`, level)
    await text(`${name}/${split}/labels/${stem}.txt`, labels)
  }
}

const compare = async () => diffVersions(await readVersion(join(root, 'old')), await readVersion(join(root, 'new')))

test('two copies have no difference', async () => {
  await version('old', 'car\nvan\n')
  await version('new', 'car\nvan\n')
  const diff = await compare()
  expect(isSameVersion(diff)).toBe(true)
  expect([diff.images.unchanged, diff.boxes.same]).toEqual([3, 3])
})

test('every kind of change is found and counted', async () => {
  await version('old', 'car\nvan\n')
  await version('new', 'bus\ncar\nvan\n')
  // Numbers moved up by one; a: the van became a bus. c moved from val to train, without its label file.
  await text('new/train/labels/a.txt', '1 0.52 0.5 0.2 0.2\n0 0.2 0.2 0.1 0.1\n1 0.8 0.8 0.1 0.1\n')
  await mkdir(join(root, 'new/train/images'), { recursive: true })
  await rename(join(root, 'new/val/images/c.png'), join(root, 'new/train/images/c.png'))
  await rm(join(root, 'new/val/labels/c.txt'))
  // b under another name, and something new in its stead.
  await rename(join(root, 'new/train/images/b.png'), join(root, 'new/train/images/b2.png'))
  await rename(join(root, 'new/train/labels/b.txt'), join(root, 'new/train/labels/b2.txt'))
  await image('new/train/images/d.png', 99)
  await text('new/train/labels/d.txt', '2 0.5 0.5 0.5 0.5\n')
  const diff = await compare()
  expect(diff.classes).toEqual({ added: ['bus'], removed: [], renumbered: ['car', 'van'] })
  expect(diff.images).toMatchObject({
    before: 3,
    after: 4,
    added: ['train/images/d.png'],
    removed: [],
    renamed: [{ from: 'train/images/b.png', to: 'train/images/b2.png' }],
    unchanged: 1,
  })
  expect(diff.images.changed.map(({ name, split, labelFile }) => ({ name, split, labelFile }))).toEqual([
    { name: 'a', split: undefined, labelFile: undefined },
    { name: 'c', split: { from: 'val', to: 'train' }, labelFile: 'removed' },
  ])
  // a: the car moved by a tenth of its width (0.18 / 0.22), one came; c: one went.
  expect(diff.boxes).toEqual({ same: 0, added: 1, removed: 1, moved: 1, relabelled: 1 })
  expect(diff.relabelled).toEqual({ 'van -> bus': 1 })
  expect(diff.perClass).toEqual({
    car: { before: 2, after: 2 },
    van: { before: 1, after: 1 },
    bus: { before: 0, after: 1 },
  })
  expect(diff.splits).toEqual({
    train: { before: { images: 2, boxes: 2 }, after: { images: 4, boxes: 4 } },
    val: { before: { images: 1, boxes: 1 }, after: { images: 0, boxes: 0 } },
  })
  expect(isSameVersion(diff)).toBe(false)
})

test('two images of one name cannot be told apart', async () => {
  await version('old', 'car\nvan\n')
  await copyFile(join(root, 'old/train/images/a.png'), join(root, 'old/val/images/a.png'))
  await expect(readVersion(join(root, 'old'))).rejects.toMatchObject({ code: 'data.duplicate-name' })
})
