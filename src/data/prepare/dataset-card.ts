import { SPLITS } from '../formats/find-images.ts'
import { LABEL_ISSUES, type LabelIssueKind } from '../formats/label-issue.ts'
import type { PreparedDataset } from './prepared-dataset.ts'

/** The card of a prepared data set, for a person. */
export function datasetCard(dataset: PreparedDataset): string {
  const { report } = dataset
  const splits = SPLITS.filter((split) => dataset.images[split] > 0)
  const lines = [
    '# Data set card',
    '',
    `Version \`${dataset.contentHash}\`: of the source files and the options below; the same on every machine.`,
    `Its files, each with its hash, are in \`manifest.jsonl\`; \`skyloop data diff\` compares it with another version.`,
    '',
    `- Licence: ${plain(dataset.licence) ?? 'not stated. Find out before you share it or a model made of it'}.`,
    `- Source: ${plain(dataset.origin) ?? 'not stated'}; ${report.sourceImages} images in the layout ${dataset.layout}.`,
    `- Sizes: ${sizesText(dataset.sourceSizes)}.`,
    `- Pictures: ${pictureText(dataset)}`,
    `- Splits: ${splitText(dataset)}`,
    ...augmentText(dataset),
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
        `${dataset.flights[split].length}: ${short(dataset.flights[split])}`,
      ]),
    ),
    '',
    row(['class', ...splits.map((split) => `boxes in ${split}`), ...splits.map((split) => `share in ${split}`)]),
    row(['---', ...splits.map(() => '---:'), ...splits.map(() => '---:')]),
    ...dataset.classes.map((name) => {
      const counts = splits.map((split) => dataset.boxesPerClass[name]![split])
      const sum = counts.reduce((a, b) => a + b, 0)
      return row([name, ...counts, ...counts.map((count) => (sum === 0 ? '' : `${Math.round((100 * count) / sum)} %`))])
    }),
    '',
    '## What did not go in unchanged',
    '',
    `- ${report.labels.lines} label lines read, ${report.labels.kept} kept, ${report.labels.dropped} dropped.`,
    ...Object.entries(report.labels.counts).map(([kind, n]) => `- ${n} × ${LABEL_ISSUES[kind as LabelIssueKind]}.`),
    `- ${report.corrupt.length} image(s) could not be decoded${list(report.corrupt.map((item) => item.image))}.`,
    `- ${report.missingLabels.length} image(s) had no label file${list(report.missingLabels)}.`,
    ...(report.skipped.length > 0 ? [`- ${report.skipped.length} of these were left out.`] : []),
    `- ${report.backgroundLeftOut.train} train tile(s) without boxes were left out.`,
    `- ${report.rescuedBoxes} box(es) larger than a tile were kept in the tile that shows most of them.`,
    ...report.warnings.map((warning) => `- ${plain(warning)}.`),
    '',
  ]
  return lines.join('\n')
}

function pictureText({ tile, options }: PreparedDataset): string {
  if (tile) {
    return `frames were cut into tiles of ${tile.size} px with ${Math.round(tile.overlap * 100)} % overlap, written at ${Number(tile.scale.toFixed(4))} times their size; a tile has the boxes of which it shows ${Math.round(options.minVisible * 100)} %.`
  }
  if (options.letterbox !== null) return `whole frames, fitted into squares of ${options.letterbox} px on grey.`
  return `whole frames${options.scale === 1 ? '' : `, written at ${options.scale} times their size`}.`
}

function splitText({ options, report, splitBy }: PreparedDataset): string {
  const { joined } = report
  if (!joined) return 'as the source gives them.'
  const kept = {
    group: `nothing is in two splits that is of one flight, was taken within ${options.placeRadiusM} m, or looks alike (flights joined: ${joined.place} time(s) by place, ${joined.look} by look)`,
    flight: 'no flight is in two splits; look-alikes of different flights may be',
    image: 'by image, so near-duplicates are in several splits and scores flatter',
  }[splitBy]
  const how =
    options.assign === 'hash' ? 'assigned by a hash of the first flight' : 'shares of images and classes balanced'
  return `${kept}; ${how}; seed ${options.seed}.`
}

function augmentText({ options, report }: PreparedDataset): string[] {
  if (!options.augment) return []
  const { images, boxes, boxesCutAway } = report.augmented
  return [
    `- Augmented: ${images} changed copies of train images (by ${options.augment.by.join(', ')}) with ${boxes} boxes are counted below; ${boxesCutAway} box(es) were cut away in them. \`metadata.jsonl\` says what was done to each.`,
  ]
}

function sizesText(sizes: Readonly<Record<string, number>>): string {
  const entries = Object.entries(sizes)
  const more = entries.length > 4 ? `, and ${entries.length - 4} more` : ''
  return `${entries
    .slice(0, 4)
    .map(([size, number]) => `${size} px (${number})`)
    .join(', ')}${more}`
}

function row(cells: readonly (string | number)[]): string {
  return `| ${cells.map((cell) => (typeof cell === 'string' ? (plain(cell) ?? '') : cell)).join(' | ')} |`
}

/** Text that cannot break a line, a table or out of Markdown into HTML. */
function plain(text: string | null): string | undefined {
  if (text === null || text.trim() === '') return undefined
  return text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').replaceAll('<', '&lt;')
}

function short(names: readonly string[]): string {
  return names.length <= 6 ? names.join(', ') : `${names.slice(0, 5).join(', ')} and ${names.length - 5} more`
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${plain(short(names))}`
}
