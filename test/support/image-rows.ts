import type { ImageProfile, ProfiledImage } from '../../src/data/profile/image-profile.ts'
import type { SetLabels } from '../../src/data/profile/read/read-labels.ts'
import { summarizeLabels } from '../../src/data/formats/label-issue.ts'
import { parseYoloLabels } from '../../src/data/formats/yolo-labels.ts'
import { analyseSet, type SetInput } from '../../src/data/profile/set/analyse-set.ts'
import type { SetAnalysis } from '../../src/data/profile/set/set-profile.ts'
import { hashBytes } from '../../src/data/version/content-hash.ts'
import { hash32 } from '../../src/core/random.ts'

/** A sound daylight image of 4000x3000 px, unlike any other; what is given replaces what it has. */
export function imageRow(path: string, given: Partial<ImageProfile> = {}): ImageProfile {
  const { width = 4000, height = 3000 } = given
  return {
    path,
    contentHash: hashBytes(path),
    sizeBytes: (width * height * 3) / 8,
    format: 'jpeg',
    width,
    height,
    storedWidth: width,
    storedHeight: height,
    orientation: 1,
    aspect: width / height,
    colourMode: 'rgb',
    bitDepth: 8,
    brightness: 120,
    contrast: 45,
    sharpness: 500,
    entropy: 7.2,
    colourfulness: 30,
    noise: 1.5,
    saturation: 0.3,
    clippedShadows: 0,
    clippedHighlights: 0,
    perceptualHash: [1, 2, 3, 4].map((k) => hash32(`${path}/${k}`).toString(16).padStart(8, '0')).join(''),
    camera: {},
    groundSample: undefined,
    ...given,
  }
}

/** Labels as they would be read: YOLO text by image path. */
export function labelsOf(texts: Readonly<Record<string, string>>, classNames: readonly string[]): SetLabels {
  const files = Object.entries(texts).map(([path, text]) => ({
    path,
    ...parseYoloLabels(text, { file: path.replace('.jpg', '.txt'), classCount: classNames.length }),
  }))
  const outcomes = (outcome: string) =>
    new Map(files.map(({ path, issues }) => [path, issues.filter((issue) => issue.outcome === outcome).length]))
  return {
    classNames,
    namesKnown: true,
    boxes: new Map(files.map(({ path, boxes }) => [path, boxes])),
    dropped: outcomes('dropped'),
    changed: outcomes('changed'),
    report: summarizeLabels(files),
  }
}

export function setOf(rows: readonly ProfiledImage[], given: Partial<SetInput> = {}): SetAnalysis {
  return analyseSet({
    source: '/flights',
    sample: undefined,
    imageCount: rows.length,
    imageBytes: 1000,
    rows,
    declared: new Map(),
    labels: undefined,
    ...given,
  })
}
