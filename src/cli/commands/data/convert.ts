import { resolve } from 'node:path'
import { IMAGE_MODES, type ImageMode } from '../../../data/formats/convert/place-image.ts'
import type { ConversionReport } from '../../../data/formats/convert/convert-dataset.ts'
import { LABEL_ISSUES, type LabelIssueKind } from '../../../data/formats/label-issue.ts'
import { LABEL_FORMATS, type LabelFormat } from '../../../data/formats/labelled-image.ts'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { keyValue } from '../../option-values.ts'
import { asTask } from '../../terminal/reporter.ts'
import { formatFacts, formatTable } from '../../terminal/table.ts'

interface Options {
  readonly from?: LabelFormat
  readonly to: LabelFormat
  readonly out: string
  readonly classes?: readonly string[]
  readonly map?: Readonly<Record<string, string>>
  readonly images: ImageMode
  readonly imageRoot?: string
  readonly imagePrefix?: string
  readonly labelAttribute?: string
  readonly unlabelled: 'unknown' | 'background'
  readonly strict?: boolean
}

/** Places printed of each kind of issue; `--json` names twenty. */
const EXAMPLES = 3

const WORST_FIRST = ['dropped', 'none', 'changed', 'kept']

const WRITTEN = LABEL_FORMATS.filter((format) => format !== 'cvat' && format !== 'label-studio')

export const convert = defineCommand<Options>({
  name: 'convert',
  summary: 'turn labels from one format into another, and tell what was lost',
  description:
    'Reads YOLO, COCO, Pascal VOC, VisDrone, Ground Truth manifests and exports of CVAT and Label Studio; writes the first\n' +
    'five. Every box that was dropped, clipped, rounded or renamed is counted and named. Classes are joined by name.\n' +
    'An image of which nobody has said what it shows stays unknown: only a known background gets an empty label file.\n' +
    'The output appears whole or not at all.',
  arguments: [['<source>', 'folder, or the label file itself']],
  options: [
    {
      flags: '--from <format>',
      description: 'format of the source (default: told by its content)',
      choices: LABEL_FORMATS,
    },
    { flags: '--to <format>', description: 'format to write', choices: WRITTEN, default: 'yolo' },
    { flags: '--out <folder>', description: 'where to write it; made, and must not hold anything' },
    { flags: '--classes <names>', description: 'keep these classes, in this order, separated by commas', parse: names },
    { flags: '--map <old=new>', description: 'rename or join a class; as often as needed', parse: keyValue('--map') },
    { flags: '--images <how>', description: 'what to do with image files', choices: IMAGE_MODES, default: 'copy' },
    { flags: '--image-root <folder>', description: 'where the image files lie (default: the source)' },
    { flags: '--image-prefix <s3-uri>', description: 'where images will lie, for Ground Truth' },
    { flags: '--label-attribute <name>', description: 'attribute with the boxes, for Ground Truth' },
    {
      flags: '--unlabelled <what>',
      description: 'what COCO and CVAT mean by an image without annotations',
      choices: ['unknown', 'background'],
      default: 'unknown',
    },
    { flags: '--strict', description: 'fail and write nothing when a box or an image would be lost' },
  ],
  examples: [
    ['data convert ./visdrone --to yolo --out ./flights --map people=pedestrian', 'two classes become one'],
    [
      'data convert instances.json --out ./flights --image-root ./photos --images link',
      'COCO to YOLO, no bytes copied',
    ],
    ['data convert ./flights --to coco --out ./coco --strict', 'or an error that names what would be lost'],
  ],
  run: async (context, options, [given = '']) => {
    const { workingFolder } = context.environment
    if (options.out === undefined) {
      throw new UsageError({ code: 'cli.option', message: 'where to write is missing', hint: 'add --out <folder>' })
    }
    const { convertDataset } = await import('../../../data/formats/convert/convert-dataset.ts')
    const { detectFormat } = await import('../../../data/formats/convert/detect-format.ts')
    const source = resolve(workingFolder, given)
    const from = options.from ?? (await detectFormat(source))
    const report = await asTask(
      context.report,
      `${from} to ${options.to}`,
      (task) =>
        convertDataset({
          source,
          from,
          to: options.to,
          output: resolve(workingFolder, options.out),
          images: options.images,
          unlabelled: options.unlabelled,
          strict: options.strict === true,
          now: new Date(),
          signal: context.signal,
          onProgress: (images) => task.update(`${images} images`),
          ...(options.classes ? { classes: options.classes } : {}),
          ...(options.map ? { rename: new Map(Object.entries(options.map)) } : {}),
          ...(options.imageRoot === undefined ? {} : { imageRoot: resolve(workingFolder, options.imageRoot) }),
          ...(options.imagePrefix === undefined ? {} : { imagePrefix: s3Prefix(options.imagePrefix) }),
          ...(options.labelAttribute === undefined ? {} : { labelAttribute: attribute(options.labelAttribute) }),
        }),
      ({ images, labels }) => `${images.read} images, ${labels.kept} of ${labels.lines} boxes`,
    )
    return { value: report, text: describe(report) }
  },
})

function describe({ from, to, output, images, classes, labels }: ConversionReport): string {
  const facts = formatFacts({
    output,
    format: `${from} to ${to}`,
    images:
      `${images.read} read: ${images.labelled} with boxes, ${images.background} background, ` +
      `${images.unknown} unknown, ${images.leftOut} left out`,
    boxes: `${labels.lines} read: ${labels.kept} written, ${labels.dropped} dropped`,
  })
  const table = formatTable(
    ['class', 'boxes'],
    classes.map(({ name, boxes }) => [name, String(boxes)]),
  )
  const outcomeOf = (kind: string): string => labels.examples.find((issue) => issue.kind === kind)?.outcome ?? 'none'
  const kinds = Object.entries(labels.counts).toSorted(
    ([a], [b]) => WORST_FIRST.indexOf(outcomeOf(a)) - WORST_FIRST.indexOf(outcomeOf(b)),
  )
  const issues = kinds.map(([kind, count]) => {
    const places = labels.examples
      .filter((issue) => issue.kind === kind)
      .slice(0, EXAMPLES)
      .map(({ file, line, text, outcome }) => {
        const where = line > 0 ? `${file}:${line}` : `${file}${text === '' ? '' : ` (${text})`}`
        return outcome === 'none' ? where : `${where} ${outcome}`
      })
    const more = count > EXAMPLES ? `\n    and ${count - EXAMPLES} more` : ''
    return `${count} × ${LABEL_ISSUES[kind as LabelIssueKind]}\n    ${places.join('\n    ')}${more}`
  })
  return [facts, '', table, '', ...(issues.length === 0 ? ['nothing was lost or changed'] : issues)].join('\n')
}

function names(text: string): string[] {
  const list = text.split(',').map((name) => name.trim())
  if (list.includes('')) {
    throw new UsageError({ code: 'cli.option', message: `--classes is a list of names like car,bus, not "${text}"` })
  }
  return list
}

function s3Prefix(text: string): string {
  if (!/^s3:\/\/[^/]+/.test(text)) {
    throw new UsageError({ code: 'cli.option', message: `--image-prefix is like s3://bucket/prefix, not "${text}"` })
  }
  return text.replace(/\/+$/, '')
}

function attribute(text: string): string {
  if (!/^[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?$/.test(text) || /-(metadata|ref)$/.test(text)) {
    throw new UsageError({
      code: 'cli.option',
      message: `--label-attribute is letters, digits and hyphens, not ending in -metadata or -ref; not "${text}"`,
    })
  }
  return text
}
