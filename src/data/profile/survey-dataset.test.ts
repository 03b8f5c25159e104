import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { surveyDataset } from './survey-dataset.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skyloop-survey-'))
  for (const sub of ['train/images', 'train/labels', 'val/images', 'val/labels'])
    await mkdir(join(folder, sub), { recursive: true })
  await writeFile(join(folder, 'classes.txt'), 'car\nbus\n')
  const image = (path: string, width: number, height: number) =>
    sharp({ create: { width, height, channels: 3, background: '#888' } })
      .png()
      .toFile(join(folder, path))
  await image('train/images/a.png', 200, 100)
  await image('train/images/b.png', 200, 100)
  await image('val/images/c.png', 100, 100)
  await writeFile(join(folder, 'val/images/broken.png'), '')
  // Sides of 40 x 10 px, 20 x 20 px and 100 x 50 px; the class of the fourth line does not exist.
  await writeFile(join(folder, 'train/labels/a.txt'), '0 .5 .5 .2 .1\n0 .2 .2 .1 .2\n0 .5 .5 .5 .5\n7 .5 .5 .1 .1\n')
  await writeFile(join(folder, 'train/labels/b.txt'), '')
  await writeFile(join(folder, 'val/labels/lonely.txt'), '')
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

test('a survey counts what is there and names what is not right', async () => {
  const survey = await surveyDataset(folder)
  expect(survey).toMatchObject({
    layout: 'split/images',
    images: 4,
    splits: { train: 2, val: 2 },
    sizes: { '200x100': 2, '100x100': 1 },
    background: 1,
    withoutLabelFile: ['val/images/c.png'],
    unreadable: [{ image: 'val/images/broken.png', reason: 'the file is empty (0 bytes)' }],
    orphanLabels: ['val/labels/lonely.txt'],
    labels: { lines: 4, kept: 3, dropped: 1, counts: { 'unknown-class': 1 } },
  })
  const [car, bus] = survey.classes
  // Square roots of the areas: 20, 20 and 70.7.
  expect(car).toEqual({ name: 'car', boxes: 3, images: 1, medianSidePx: expect.closeTo(20, 9) as number })
  expect(bus).toEqual({ name: 'bus', boxes: 0, images: 0, medianSidePx: undefined })
})
