import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { groundSample } from './ground-sample.ts'
import { imageHeader } from './image-header.ts'

const fixture = new URL('fixtures/photographs.json', import.meta.url)
/** Real photographs are no part of the repository: they lie beside it where somebody put them. */
const photographs = new URL('../../../../shared/data/raw-drone-jpegs/', import.meta.url)

interface Expected {
  readonly columns: readonly string[]
  readonly photographs: Readonly<Record<string, readonly (string | number)[]>>
}

test.skipIf(!existsSync(fileURLToPath(photographs)))(
  'the metadata of 26 photographs are those that exiftool 12.57 reads (skipped without the photographs)',
  async () => {
    const { columns, photographs: expected } = JSON.parse(await readFile(fixture, 'utf8')) as Expected
    expect(Object.keys(expected)).toHaveLength(26)
    for (const [name, values] of Object.entries(expected)) {
      const header = await imageHeader(await readFile(new URL(name, photographs)), name)
      expect(header.camera.make).toBe('DJI')
      expect(header.orientation).toBe(1)
      // exiftool prints 15 digits: a tenth of a micrometre on the ground.
      const exact = (value: unknown): unknown => (typeof value === 'number' ? value.toPrecision(14) : value)
      const found = columns.map((column) => exact(header.camera[column as keyof typeof header.camera]))
      expect([name, ...found]).toEqual([name, ...values.map(exact)])
    }
  },
)

test.skipIf(!existsSync(fileURLToPath(photographs)))(
  'the ground sample is that of the pixels in the file, not of those that EXIF tells of (skipped without the photographs)',
  async () => {
    const sampleOf = async (name: string) => {
      const header = await imageHeader(await readFile(new URL(name, photographs)), name)
      return groundSample(header.camera, { width: header.storedWidth, height: header.storedHeight })
    }
    // 100 * 6.17 mm * 40 m / (3.61 mm * 4000 px), straight down but for 0.1 degrees.
    const slant = Math.cos((0.1 * Math.PI) / 180)
    const full = await sampleOf('untouched/brighton_DJI_0025.JPG')
    expect(full?.cmPerPx).toBeCloseTo((100 * 6.17 * 40) / slant / (3.61 * 4000), 9)
    const reduced = await sampleOf('metadata_kept_pixels_reduced/brighton_DJI_0023.JPG')
    expect(reduced?.cmPerPx).toBeCloseTo((100 * 6.17 * 40) / slant / (3.61 * 1280), 9)
    expect(reduced?.offNadirDeg).toBeCloseTo(0.1, 9)
  },
)
