import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import sharp from 'sharp'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { runProgram } from '../../../program.ts'

let root = ''
beforeEach(async () => void (root = await mkdtemp(join(tmpdir(), 'skyloop-geo-cli-'))))
afterEach(() => rm(root, { recursive: true, force: true }))

async function run(...args: string[]): Promise<{ code: number; out: string; err: string }> {
  let [out, err] = ['', '']
  const code = await runProgram(
    args,
    { home: join(root, 'home'), workingFolder: root, colour: false, unattended: true, startedAtMs: 0, installMs: 0 },
    {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      interactive: false,
      columns: () => 100,
      signal: new AbortController().signal,
    },
  )
  return { code, out, err }
}

/** 100 x 80 px at the equator, 100 m up, 100 px of focal length: a metre a pixel. `eastM` metres east of 0, 0. */
async function images(...names: readonly (readonly [name: string, eastM: number])[]): Promise<void> {
  await mkdir(join(root, 'flight/images'), { recursive: true })
  const picture = await sharp({ create: { width: 100, height: 80, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer()
  const lines: string[] = []
  for (const [name, eastM] of names) {
    await writeFile(join(root, 'flight/images', name), picture)
    const longitude = (eastM / 6_378_137) * (180 / Math.PI)
    const pose = { latitude: 1e-9, longitude, altitudeM: 100, gimbalPitchDeg: -90, gimbalYawDeg: 0, focalPx: 100 }
    lines.push(JSON.stringify({ image: `images/${name}`, flight: 'f1', ...pose }))
  }
  await writeFile(join(root, 'flight/metadata.jsonl'), `${lines.join('\n')}\n`)
}

test('footprints of a folder are polygons of the size that height and lens give', async () => {
  await images(['a.jpg', 0], ['b.jpg', 50])
  const { code, out } = await run('data', 'geo', 'footprints', 'flight/images', '--json')
  expect(code).toBe(0)
  const { type, features } = JSON.parse(out)
  expect([type, features.length]).toEqual(['FeatureCollection', 2])
  expect(features[1].properties).toMatchObject({
    image: 'b.jpg',
    flight: 'f1',
    heightM: 100,
    areaM2: 8000,
    isCut: false,
    middleCmPerPx: 100,
  })
  const [ring] = features[0].geometry.coordinates
  expect(ring).toHaveLength(5)
  expect(ring[0]).toEqual(ring[4])
  // 50 m west: 50 / 6378137 rad.
  expect(Math.min(...ring.map(([longitude]: number[]) => longitude))).toBeCloseTo(-0.000449158, 8)
})

test('an image without a camera is named, the others are written, and the exit code says so', async () => {
  await images(['a.jpg', 0])
  await writeFile(
    join(root, 'flight/images/plain.png'),
    await sharp({ create: { width: 9, height: 9, channels: 3, background: '#000' } })
      .png()
      .toBuffer(),
  )
  const { code, out, err } = await run(
    'data',
    'geo',
    'footprints',
    'flight/images',
    '--out',
    'prints.geojson',
    '--json',
  )
  expect(code).toBe(1)
  expect(JSON.parse(out)).toMatchObject({ footprints: 1, failed: [{ image: join(root, 'flight/images/plain.png') }] })
  expect(err).toContain('plain.png does not say its GPS position')
  expect(JSON.parse(await readFile(join(root, 'prints.geojson'), 'utf8')).features).toHaveLength(1)
})

test('detections of two overlapping images are one object when merged', async () => {
  await images(['a.jpg', 0], ['b.jpg', 20])
  const detection = (box: number[], confidence: number) => ({ class: 'car', classId: 0, confidence, box })
  // The same car 10 m east of 0, 0: 60 px in a, 40 px in b, and a second one that only b shows.
  await writeFile(
    join(root, 'predictions.json'),
    JSON.stringify({
      images: [
        { file: 'flight/images/a.jpg', width: 100, height: 80, detections: [detection([58, 38, 62, 42], 0.9)] },
        {
          file: 'flight/images/b.jpg',
          width: 100,
          height: 80,
          detections: [detection([38, 38, 42, 42], 0.8), detection([80, 38, 84, 42], 0.3)],
        },
      ],
      failed: [],
    }),
  )
  const all = JSON.parse((await run('data', 'geo', 'detections', 'predictions.json', '--json')).out)
  expect(all.features).toHaveLength(3)
  const merged = JSON.parse((await run('data', 'geo', 'detections', 'predictions.json', '--merge', '2', '--json')).out)
  expect(merged.features.map(({ properties }: { properties: { sightings: number } }) => properties.sightings)).toEqual([
    2, 1,
  ])
  expect(merged.features[0].geometry.coordinates[0]).toBeCloseTo((10 / 6_378_137) * (180 / Math.PI), 7)
  expect(merged.features[0].properties).toMatchObject({
    class: 'car',
    widthM: 4,
    lengthM: 4,
    images: ['a.jpg', 'b.jpg'],
  })
  const sure = JSON.parse((await run('data', 'geo', 'detections', 'predictions.json', '--conf', '0.5', '--json')).out)
  expect(sure.features).toHaveLength(2)
})

test('what cannot be is refused with what is allowed', async () => {
  await images(['a.jpg', 0])
  expect(await run('data', 'geo', 'footprints', 'flight/images', '--distortion', '1,2')).toMatchObject({
    code: 2,
    err: expect.stringContaining('--distortion is four or five numbers k1,k2,p1,p2,k3, not "1,2"'),
  })
  await writeFile(join(root, 'p.json'), JSON.stringify({ images: [{ file: 'other.jpg', detections: [] }] }))
  expect(await run('data', 'geo', 'detections', 'p.json', '--images', 'flight/images')).toMatchObject({
    code: 2,
    err: expect.stringContaining('1 image(s) of p.json are not among --images: other.jpg'),
  })
  const lines = await readFile(join(root, 'flight/metadata.jsonl'), 'utf8')
  await writeFile(join(root, 'flight/metadata.jsonl'), lines.replace('"flight"', '"tileXyxyPx":[0,0,9,9],"flight"'))
  expect((await run('data', 'geo', 'footprints', 'flight/images')).err).toContain('is a tile')
  await writeFile(join(root, 'flight/metadata.jsonl'), lines.replace('"flight"', '"turnedDeg":45,"flight"'))
  expect((await run('data', 'geo', 'footprints', 'flight/images')).err).toContain(
    'turned by 45 degrees; allowed: 0, 90, 180, 270',
  )
})
