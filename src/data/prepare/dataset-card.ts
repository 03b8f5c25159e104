import { stringify } from 'yaml'
import { SPLITS } from '../formats/find-images.ts'
import { LABEL_ISSUES, type LabelIssueKind } from '../formats/label-issue.ts'
import type { PreparedDataset } from './prepared-dataset.ts'

/** `data.yaml` as YOLO trainers read it. */
export function dataYaml(dataset: PreparedDataset): string {
  return stringify({
    path: '.',
    ...Object.fromEntries(
      SPLITS.filter((split) => dataset.images[split] > 0).map((split) => [split, `${split}/images`]),
    ),
    // A map keeps the class numbers numbers.
    names: new Map(dataset.classes.map((name, id) => [id, name])),
  })
}

/** The card of a prepared data set, for a person. */
export function datasetCard(dataset: PreparedDataset): string {
  const { report, tile } = dataset
  const splits = SPLITS.filter((split) => dataset.images[split] > 0)
  const row = (cells: readonly (string | number)[]): string => `| ${cells.join(' | ')} |`
  const lines = [
    '# Data set card',
    '',
    `Version \`${dataset.contentHash}\`: of the source files and the options below; the same on every machine.`,
    '',
    tile
      ? `Frames were cut into tiles of ${tile.size} px with ${Math.round(tile.overlap * 100)} % overlap, written at ${tile.scale} times their size.`
      : 'Frames were not cut.',
    `Split by ${dataset.splitBy}; source layout ${dataset.layout}.`,
    '',
    row(['split', 'images', 'boxes', 'without boxes', 'source boxes', 'whole frames', 'flights']),
    row(['---', '---:', '---:', '---:', '---:', '---:', '---']),
    ...splits.map((split) =>
      row([
        split,
        dataset.images[split],
        dataset.boxes[split],
        report.backgroundKept[split],
        report.sourceBoxes[split],
        dataset.frames[split],
        short(dataset.flights[split]),
      ]),
    ),
    '',
    row(['class', ...splits.map((split) => `boxes in ${split}`)]),
    row(['---', ...splits.map(() => '---:')]),
    ...dataset.classes.map((name) => row([name, ...splits.map((split) => dataset.boxesPerClass[name]![split])])),
    '',
    '## What did not go in unchanged',
    '',
    `- ${report.labels.lines} label lines read, ${report.labels.kept} kept, ${report.labels.dropped} dropped.`,
    ...Object.entries(report.labels.counts).map(([kind, n]) => `- ${n} × ${LABEL_ISSUES[kind as LabelIssueKind]}.`),
    `- ${report.corrupt.length} image(s) could not be decoded${list(report.corrupt.map((item) => item.image))}.`,
    `- ${report.missingLabels.length} image(s) had no label file${list(report.missingLabels)}.`,
    `- ${report.backgroundLeftOut.train} train tile(s) without boxes were left out.`,
    `- ${report.rescuedBoxes} box(es) larger than a tile were kept in the tile that shows most of them.`,
    ...report.warnings.map((warning) => `- ${warning}.`),
    '',
  ]
  return lines.join('\n')
}

function short(names: readonly string[]): string {
  return names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${short(names)}`
}
