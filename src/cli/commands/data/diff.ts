import { resolve } from 'node:path'
import type { DatasetDiff } from '../../../data/version/diff/diff-versions.ts'
import { defineCommand } from '../../command.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts, formatTable } from '../../terminal/table.ts'
import { integer } from '../../option-values.ts'

interface Options {
  readonly examples: number
  readonly exitCode?: boolean
}

export const diff = defineCommand<Options>({
  name: 'diff',
  summary: 'what differs between two versions of a data set',
  description:
    'Compares images by name (renamed ones by content), boxes by overlap and classes by name: what was added, removed,\n' +
    'moved and relabelled, and how classes and splits shifted. Prepared data sets and folders of images and labels.',
  arguments: [
    ['<before>', 'data set in the YOLO layout'],
    ['<after>', 'another'],
  ],
  options: [
    {
      flags: '--examples <n>',
      description: 'names shown of each kind of change',
      default: 5,
      parse: integer('--examples', 0, 100_000),
    },
    { flags: '--exit-code', description: 'end with code 1 when there is a difference' },
  ],
  examples: [
    ['data diff ./ready-may ./ready-june', 'what June brought'],
    ['data diff ./a ./b --json', 'every change, box by box'],
  ],
  run: async (context, options, [first = '', second = '']) => {
    const { diffVersions, isSameVersion } = await import('../../../data/version/diff/diff-versions.ts')
    const { readVersion } = await import('../../../data/version/diff/read-version.ts')
    const read = (given: string) =>
      asTask(context.report, `reading ${given}`, (task) =>
        readVersion(resolve(context.environment.workingFolder, given), (done, total) => {
          context.signal.throwIfAborted()
          task.update(`${done}/${total} images`, done / total)
        }),
      )
    const found = diffVersions(await read(first), await read(second))
    const same = isSameVersion(found)
    return {
      value: { same, ...found },
      text: same ? 'no difference' : describe(found, options.examples),
      exitCode: !same && options.exitCode ? 1 : 0,
    }
  },
})

function describe(found: DatasetDiff, examples: number): string {
  const { images, boxes, classes, versions } = found
  const change = (before: number, after: number): string =>
    after === before ? '' : `${after > before ? '+' : ''}${after - before}`
  const facts = formatFacts({
    versions:
      versions.before && versions.after
        ? `${versions.before.slice(0, 19)} -> ${versions.after.slice(0, 19)}`
        : undefined,
    images: `${images.before} -> ${images.after}: ${images.added.length} added, ${images.removed.length} removed, ${images.renamed.length} renamed, ${images.changed.length} changed, ${images.unchanged} unchanged`,
    boxes: `of images in both: ${boxes.added} added, ${boxes.removed} removed, ${boxes.moved} moved, ${boxes.relabelled} relabelled, ${boxes.same} the same`,
    classes:
      [
        ...classes.added.map((name) => `+${name}`),
        ...classes.removed.map((name) => `-${name}`),
        ...classes.renumbered.map((name) => `${name} has another number`),
      ].join(', ') || undefined,
  })
  const splitTable = formatTable(
    ['split', 'images', '', 'boxes', ''],
    Object.entries(found.splits).map(([split, { before, after }]) => [
      split,
      `${before.images} -> ${after.images}`,
      change(before.images, after.images),
      `${before.boxes} -> ${after.boxes}`,
      change(before.boxes, after.boxes),
    ]),
  )
  const classTable = formatTable(
    ['class', 'boxes', ''],
    Object.entries(found.perClass).map(([name, { before, after }]) => [
      name,
      `${before} -> ${after}`,
      change(before, after),
    ]),
  )
  const moved = images.changed.filter(({ split }) => split !== undefined)
  const named = [
    ...listed('added', images.added, examples),
    ...listed('removed', images.removed, examples),
    ...listed(
      'renamed',
      images.renamed.map(({ from, to }) => `${from} -> ${to}`),
      examples,
    ),
    ...listed(
      'in another split',
      moved.map(({ name, split }) => `${name} (${split?.from} -> ${split?.to})`),
      examples,
    ),
    ...listed(
      'other pixels',
      images.changed.filter(({ isOtherFile }) => isOtherFile).map(({ name }) => name),
      examples,
    ),
    ...listed(
      'label file came or went',
      images.changed
        .filter(({ labelFile }) => labelFile !== undefined)
        .map(({ name, labelFile }) => `${name} (${labelFile})`),
      examples,
    ),
    ...listed(
      'relabelled',
      Object.entries(found.relabelled).map(([pair, number]) => `${pair} (${number})`),
      examples,
    ),
    ...listed(
      'boxes changed',
      images.changed.flatMap(({ name, boxes: b }) => {
        const parts = [
          b.added.length > 0 ? `+${b.added.length}` : '',
          b.removed.length > 0 ? `-${b.removed.length}` : '',
          b.moved.length > 0 ? `~${b.moved.length}` : '',
          b.relabelled.length > 0 ? `${b.relabelled.length} relabelled` : '',
        ].filter(Boolean)
        return parts.length > 0 ? [`${name} (${parts.join(' ')})`] : []
      }),
      examples,
    ),
  ]
  return [facts, '', splitTable, '', classTable, ...(named.length > 0 ? ['', ...named] : [])].join('\n')
}

function listed(what: string, names: readonly string[], examples: number): string[] {
  if (names.length === 0) return []
  return [
    `${what}: ${names.slice(0, examples).join(', ')}${names.length > examples ? `, and ${names.length - examples} more` : ''}`,
  ]
}
