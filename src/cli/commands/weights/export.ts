import { stat } from 'node:fs/promises'
import { parse, resolve } from 'node:path'
import { defineCommand } from '../../command.ts'
import { UsageError } from '../../failure.ts'
import { decimal, integer } from '../../option-values.ts'
import { formatFacts } from '../../terminal/table.ts'
import { formatBytes } from '../../../core/units.ts'
import { writeFileAtomic } from '../../../core/files.ts'
import type { Precision } from '../../../yolo/export/export-detector.ts'
import { classNamesFor, classNamesOption, type ClassNamesOption } from './class-names.ts'

interface Options extends ClassNamesOption {
  readonly out?: string
  readonly imgsz: readonly [height: number, width: number]
  readonly batch: number
  readonly dynamic?: boolean
  readonly precision: Precision
  readonly nms?: boolean
  readonly confidence: number
  readonly iou: number
  readonly maxDetections: number
}

const PRECISIONS = ['fp32', 'fp16', 'int8'] as const satisfies Precision[]

export const exportWeights = defineCommand<Options>({
  name: 'export',
  summary: 'export a detector as ONNX',
  description:
    'Reads what `weights inspect` reads and writes standard ONNX operators (opset 18) with class names, image size and\n' +
    'stride as metadata, for ONNX Runtime and for the tools of other trainers. int8 stores the weights in 8 bits and\n' +
    'computes in float; fp16 computes in halves where the hardware can.',
  arguments: [['<file>', 'weights: .pt, .onnx or .safetensors']],
  options: [
    { flags: '--out <file>', description: 'the .onnx file to write (default: beside the weights)' },
    {
      flags: '--imgsz <px>',
      description: 'side of the images, or height,width; multiples of 32',
      default: [640, 640],
      parse: imageSize,
    },
    { flags: '--batch <n>', description: 'images at a time', default: 1, parse: integer('--batch', 1, 1024) },
    {
      flags: '--dynamic',
      description: 'leave batch, height and width open; --imgsz is then the size for which it is made',
    },
    {
      flags: '--precision <type>',
      description: 'of the stored weights',
      choices: PRECISIONS,
      default: 'fp32',
      parse: precision,
    },
    { flags: '--nms', description: 'suppress overlapping boxes inside the file: output [B, n, 6]' },
    {
      flags: '--confidence <0-1>',
      description: 'with --nms: least confidence',
      default: 0.25,
      parse: decimal('--confidence', 0, 1),
    },
    { flags: '--iou <0-1>', description: 'with --nms: most overlap', default: 0.6, parse: decimal('--iou', 0, 1) },
    {
      flags: '--max-detections <n>',
      description: 'with --nms: rows of the output',
      default: 300,
      parse: integer('--max-detections', 1, 10_000),
    },
    classNamesOption,
  ],
  examples: [
    ['weights export best.pt', 'best.onnx for 640 px'],
    ['weights export model.safetensors --precision fp16 --nms --imgsz 384,640', 'half the size, final boxes'],
  ],
  run: async (context, options, [given]) => {
    const path = resolve(context.environment.workingFolder, given as string)
    const { readWeights } = await import('../../../yolo/weights/read-weights.ts')
    const { wholeModel } = await import('../../../yolo/weights/identify.ts')
    const { exportDetector } = await import('../../../yolo/export/export-detector.ts')
    const { knownTiling } = await import('../../../yolo/predict/tiles.ts')
    const target = await targetFile(path, options.out && resolve(context.environment.workingFolder, options.out))
    const file = await readWeights(path)
    const { spec, weights } = wholeModel(file.tensors, path)
    const classNames = await classNamesFor(options, context.environment.workingFolder, file.classNames, spec.classCount)
    const [height, width] = options.imgsz
    const { batch, dynamic = false, precision, confidence, iou, maxDetections } = options
    const onnx = exportDetector(spec, weights, {
      classNames,
      height,
      width,
      batch,
      dynamic,
      precision,
      license: file.metadata['license'],
      tile: knownTiling(file.metadata['tile'], width, height),
      nms: options.nms === true ? { confidence, iou, maxDetections } : null,
    })
    await writeFileAtomic(target, onnx)
    const images = dynamic ? ['batch', 3, 'height', 'width'] : [batch, 3, height, width]
    const output = options.nms === true ? [images[0], maxDetections, 6] : [images[0], 4 + spec.classCount]
    if (options.nms !== true) output.push(dynamic ? 'anchors' : anchors(height, width))
    return {
      value: {
        file: target,
        sizeBytes: onnx.byteLength,
        scale: spec.scale,
        classNames,
        precision,
        images,
        output0: output,
      },
      text: formatFacts({
        file: `${target} (${formatBytes(onnx.byteLength)})`,
        model: `YOLO11${spec.scale}, ${precision}`,
        classes: classNames.join(', '),
        images: `[${images.join(', ')}] RGB in 0..1`,
        output0: `[${output.join(', ')}]`,
      }),
    }
  },
})

function imageSize(text: string): readonly [number, number] {
  const [height = NaN, width = height, ...more] = text
    .split(',')
    .map((side) => (/^\d+$/.test(side) ? Number(side) : NaN))
  const fits = (side: number): boolean => side >= 32 && side <= 4096 && side % 32 === 0
  if (more.length > 0 || !fits(height) || !fits(width)) {
    throw new UsageError({
      code: 'cli.option',
      message: `--imgsz is a side or height,width in multiples of 32 from 32 to 4096, not "${text}"`,
    })
  }
  return [height, width]
}

function precision(text: string): Precision {
  const known = PRECISIONS.find((each) => each === text)
  if (known) return known
  if (/^(int8-static|static-int8|int8-calibrated)$/.test(text)) {
    throw new UsageError({
      code: 'cli.not-implemented',
      message: `--precision ${text}, which computes in 8 bits and needs calibration images, is not implemented`,
      hint: '--precision int8 stores the weights in 8 bits and computes in float, without calibration',
    })
  }
  throw new UsageError({
    code: 'cli.option',
    message: `--precision is ${PRECISIONS.join(', ')}, not "${text}"`,
  })
}

const anchors = (height: number, width: number): number =>
  [8, 16, 32].reduce((sum, stride) => sum + (height / stride) * (width / stride), 0)

/** @throws UsageError `cli.format` when the export would overwrite its source or is no .onnx file */
async function targetFile(source: string, out: string | undefined): Promise<string> {
  const { dir, name } = parse(source)
  const target = out ?? resolve(dir, `${name}.onnx`)
  if (!target.endsWith('.onnx')) {
    throw new UsageError({ code: 'cli.format', message: `${target} does not end in .onnx` })
  }
  const [from, to] = await Promise.all([source, target].map((file) => stat(file).catch(() => undefined)))
  if (from && to && from.ino === to.ino && from.dev === to.dev) {
    throw new UsageError({ code: 'cli.format', message: `${target} is the source itself`, hint: 'name another: --out' })
  }
  return target
}
