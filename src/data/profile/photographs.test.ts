import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { profileSet } from './profile-set.ts'
import { htmlReport } from './report/html-report.ts'
import { folderSource } from './source/folder-source.ts'

/** Real photographs beside the checkout; see their README for licences. Elsewhere the test is skipped by name. */
const PHOTOGRAPHS = fileURLToPath(new URL('../../../../shared/data/raw-drone-jpegs/', import.meta.url))

test.skipIf(!existsSync(PHOTOGRAPHS))(
  'the page of 26 photographs shows height, aim and place as the cameras wrote them (skipped without the photographs)',
  async () => {
    const source = await folderSource(PHOTOGRAPHS)
    const { profile } = await profileSet(source, { now: new Date(0), threads: 2 })
    expect(profile.counts).toMatchObject({ images: 26, unreadable: 0 })
    const page = await htmlReport(profile, source)
    const json = /<script type="application\/json" id="data">(.*?)<\/script>/.exec(page)![1]!
    const { heads, rows } = JSON.parse(json) as {
      heads: { label: string; digits?: number }[]
      rows: { path: string; values: number[] }[]
    }
    const fixture = new URL('../metadata/fixtures/photographs.json', import.meta.url)
    const { columns, photographs } = JSON.parse(await readFile(fixture, 'utf8')) as {
      columns: string[]
      photographs: Record<string, (number | string)[]>
    }
    const shown = { Altitude: 'relativeAltitudeM', Pitch: 'gimbalPitchDeg', Yaw: 'gimbalYawDeg', Roll: 'gimbalRollDeg' }
    const places = { Latitude: 'latitudeDeg', Longitude: 'longitudeDeg' }
    for (const [label, field] of Object.entries({ ...shown, ...places })) {
      const column = heads.findIndex((head) => head.label === label)
      const digits = label in places ? 8 : 2
      expect(heads[column]!.digits).toBe(digits)
      const onPage = Object.fromEntries(rows.map(({ path, values }) => [path, values[column]!.toFixed(digits)]))
      const written = Object.entries(photographs).map(([path, values]) => [
        path,
        (values[columns.indexOf(field)] as number).toFixed(digits),
      ])
      expect(onPage).toEqual(Object.fromEntries(written))
    }
    expect(rows).toHaveLength(26)
    expect(profile.sites.map(({ images }) => images.length)).toEqual([18, 8])
  },
)
